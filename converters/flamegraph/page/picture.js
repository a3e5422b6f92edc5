// picture - frames with their places, drawn row by row as far as they are in the window

// --- the picture: places ---

// levels: by depth, the nodes drawn and their left ends in pixels; low and high: the depths
// reached; depth: rows that the picture keeps while it is zoomed
const picture = {
	levels: new Map(), low: 0, high: 0, depth: 0, narrow: 0, omitted: 0, ends: [], inner: 1180, top: 0, pitch: 16,
	first: 0, last: -1, drawn: new Map(), byRow: new Map(),
};
let printing = false;

function leastWidth() {
	const text = String(page.minwidth === undefined ? "0.1" : page.minwidth);
	const number = parseFloat(text) || 0;
	return text.endsWith("%") ? picture.inner * number / 100 : number;
}

function addAncestors() {
	for (let at = tree.parent[zoom]; at >= 0; at = tree.parent[at]) {
		picture.levels.set(tree.depth[at], { nodes: [at], left: [0], isOld: true });
		picture.low = Math.min(picture.low, tree.depth[at]);
		picture.high = Math.max(picture.high, tree.depth[at]);
	}
}

// Callers lie on the left end of what they call; self values stand left of callees.
function firstLeft(node, kids) {
	if (!tree.climbs && tree.depth[kids[0]] > 0) {
		return tree.self[node];
	}
	return tree.total[node] - kids.reduce((sum, kid) => sum + tree.total[kid], 0);
}

function addKids(level, node, left, side) {
	const scale = picture.scale;
	const kids = children(tree, node).filter((kid) => tree.total[kid] > 0 && (tree.depth[kid] < 0) === (side < 0));
	let at = kids.length && !tree.start ? firstLeft(node, kids) : 0;
	for (const kid of kids) {
		const start = tree.start ? tree.start[kid] - tree.start[node] : at;
		at += tree.total[kid];
		if (tree.total[kid] * scale < picture.least) {
			picture.narrow++;
			continue;
		}
		const from = left + start * scale;
		if (from >= picture.inner || from + tree.total[kid] * scale <= 0) {
			continue;
		}
		level.nodes.push(kid);
		level.left.push(from);
	}
}

// The next level on one side; false when there is none.
function addLevel(end) {
	const from = picture.levels.get(end.depth);
	const level = { nodes: [], left: [], isOld: false };
	from.nodes.forEach((node, i) => addKids(level, node, from.left[i], end.side));
	if (!level.nodes.length) {
		return false;
	}
	end.depth += end.side;
	picture.levels.set(end.depth, level);
	picture.low = Math.min(picture.low, end.depth);
	picture.high = Math.max(picture.high, end.depth);
	return true;
}

// As far as is cheap, and to the last depth that is looked at.
function addLevels(depth) {
	const start = tree.steps || 0;
	picture.ends = picture.ends.filter((end) => {
		while (Math.abs(end.depth) <= depth || (tree.steps || 0) - start < MOST_STEPS) {
			if (!addLevel(end)) {
				return false;
			}
		}
		return true;
	});
}

function layOut() {
	const depth = tree.depth[zoom];
	picture.levels.clear();
	picture.low = picture.high = depth;
	picture.narrow = 0;
	picture.least = leastWidth();
	picture.ends = [];
	if (values.whole && tree.total[zoom]) {
		addAncestors();
		picture.scale = picture.inner / wholeOf(zoom) / (state.span[1] - state.span[0]);
		picture.levels.set(depth, { nodes: [zoom], left: [-state.span[0] * wholeOf(zoom) * picture.scale || 0], isOld: false });
		for (const side of state.view === "sandwich" ? [-1, 1] : [1]) {
			if (depth * side >= 0) {
				picture.ends.push({ depth, side });
			}
		}
		addLevels(0);
	}
	setDepth();
}

// Where the end of the callers is not known yet there is room for as many as there can be.
function setDepth() {
	for (const end of picture.ends) {
		if (end.side > 0) {
			picture.high = Math.max(picture.high, contexts.deepest);
		} else {
			picture.low = Math.min(picture.low, -contexts.deepest);
		}
	}
	picture.depth = Math.max(picture.depth, picture.high);
}

function isUpright() {
	return state.view === "flame" || !page.inverted && page.view !== "icicle" && (state.view === "callers" || state.view === "chart");
}

function rowCount() {
	return picture.depth - picture.low + 1;
}

function rowOf(depth) {
	return isUpright() ? picture.depth - depth : depth - picture.low;
}

function depthOf(row) {
	return isUpright() ? picture.depth - row : row + picture.low;
}

// --- the picture: drawing ---

function make(space, name, attributes, ...kids) {
	const element = document.createElementNS(space, name);
	for (const key of Object.keys(attributes || {})) {
		if (typeof attributes[key] === "function") {
			element.addEventListener(key, attributes[key]);
		} else if (attributes[key] !== undefined) {
			element.setAttribute(key, attributes[key]);
		}
	}
	for (const kid of kids) {
		element.append(kid);
	}
	return element;
}

function empty(element) {
	element.textContent = "";
}

function html(name, attributes, ...kids) {
	return make(HTML, name, attributes, ...kids);
}

function svg(name, attributes, ...kids) {
	return make(SVG, name, attributes, ...kids);
}

const DIFFERENCES = "abcdefghijklmnopq";

function differenceClass(base, fresh) {
	const most = Math.max(base, fresh);
	const ratio = most ? (fresh - base) / most : 0;
	return DIFFERENCES[Math.round(((page.negate ? -ratio : ratio) + 1) * 8)];
}

// A shade for each halving of the share.
function diffusionClass(value) {
	return "bdfhjlnprtvx"[11 - Math.min(11, Math.ceil(-Math.log2(value / values.whole)))];
}

function colorOf(node) {
	const box = tree.box[node];
	// what only noise moved is neither better nor worse
	if (isDifference && boxes.name[box] === "[beyond medians]") {
		return "Y";
	}
	if (isDifference && box !== boxes.pruned) {
		return differenceClass(tree.base[node], tree.fresh[node]);
	}
	return box === NONE ? "Z" : page.diffusion && box !== boxes.pruned ? diffusionClass(tree.total[node]) : boxes.class[box];
}

// From a leaf, or a function that was chosen, the direct callers and callees are known.
function isGuess(node) {
	if (tree.guess) {
		return tree.guess[node] === 1;
	}
	for (let n = tree.parent[node]; n > 0 && Math.abs(tree.depth[n]) > 1; n = tree.parent[n]) {
		if (values.counts[tree.box[n]] > 1) {
			return true;
		}
	}
	return false;
}

function classOf(node, isOld) {
	return colorOf(node) + (isGuess(node) ? " E" : "") +
		(isHit(node) ? " hit" : "") + (isOld ? " old" : "");
}

// Both ends of a frame are rounded to 1/10 pixel, never its width: frames side by side add up.
function tenths(number) {
	return Math.floor(number * 10 + 0.5) / 10;
}

function drawName(row, node, left, width) {
	const size = (page.font || 12) * state.size;
	const room = Math.floor(Math.floor(width + 0.01 - 2 * TEXT_MARGIN) * 100 / size);
	const text = room > 0 && picture.pitch >= size ? fitting(nameOf(node).replace(/[\t\n\r]/g, " "), room) : "";
	if (text) {
		row.append(svg("text", {
			x: tenths(left + TEXT_MARGIN), y: Math.floor((picture.pitch - 1) / 2) + Math.floor(size * 7 / 20), "aria-hidden": "true",
		}, text));
	}
}

function drawFrame(row, node, start, isOld) {
	const left = tenths(Math.max(0, start));
	const width = tenths(tenths(isOld ? picture.inner : Math.min(picture.inner, start + wholeOf(node) * picture.scale)) - left);
	const color = (named.get(tree.box[node]) || [])[3];
	const rect = svg("rect", {
		style: color >= 0 && !isHit(node) ? "fill:#" + color.toString(16).padStart(6, "0") : undefined,
		class: classOf(node, isOld) + (width >= 3 ? " W" : ""), x: left, width, height: picture.pitch - 1,
		role: "treeitem", tabindex: -1, "aria-level": Math.abs(tree.depth[node]) + 1, "aria-label": titleOf(node).replace("\n", ", "),
	});
	rect.node = node;
	picture.drawn.set(node, rect);
	row.append(rect);
	drawName(row, node, left, width);
}

function visibleRows() {
	const rows = rowCount();
	if (printing) {
		return [0, rows - 1];
	}
	const above = window.scrollY - picture.top;
	const height = window.innerHeight;
	return [Math.max(0, Math.floor((above - height / 2) / picture.pitch)),
		Math.min(rows - 1, Math.ceil((above + 1.5 * height) / picture.pitch))];
}

// The widest frames of these rows are drawn: all above this width, and so many just as wide.
function widest(first, last, most) {
	const all = [];
	for (let row = first; row <= last; row++) {
		const level = picture.levels.get(depthOf(row));
		for (const node of level ? level.nodes : []) {
			all.push(tree.total[node]);
		}
	}
	if (all.length <= most) {
		return { least: 0, ties: 0 };
	}
	const least = all.sort((a, b) => b - a)[most - 1];
	return { least, ties: most - all.indexOf(least) };
}

function drawRow(to, row, limit) {
	const level = picture.levels.get(depthOf(row));
	const group = svg("g", { transform: "translate(0 " + row * picture.pitch + ")", role: "none" });
	(level ? level.nodes : []).forEach((node, i) => {
		if (tree.total[node] > limit.least || tree.total[node] === limit.least && limit.ties-- > 0) {
			drawFrame(group, node, level.left[i], level.isOld);
		} else {
			picture.omitted++;
		}
	});
	to.append(group);
}

function drawRows() {
	if (showTable()) {
		drawTable();
		return;
	}
	const [first, last] = visibleRows();
	const hadFocus = frames.contains(document.activeElement);
	const limit = widest(first, last, printing ? MOST_PRINTED : MOST_DRAWN);
	const rows = document.createDocumentFragment();
	picture.drawn.clear();
	picture.omitted = 0;
	picture.first = first;
	picture.last = last;
	// from the root on: of a frame and its child, both as wide, the frame comes first
	const order = Array.from({ length: Math.max(0, last - first + 1) }, (none, i) => first + i);
	for (const row of order.sort((a, b) => Math.abs(depthOf(a)) - Math.abs(depthOf(b)))) {
		drawRow(rows, row, limit);
	}
	empty(frames);
	frames.append(rows);
	markSelected(hadFocus);
	sayStatus();
}

// One frame takes part in the order of the Tab key: the selected one, or the one that is zoomed.
function markSelected(focus) {
	const tab = picture.drawn.get(selected) || picture.drawn.get(zoom) || picture.drawn.values().next().value;
	for (const rect of frames.querySelectorAll("[tabindex='0'], .sel")) {
		rect.setAttribute("tabindex", "-1");
		rect.classList.remove("sel");
		rect.removeAttribute("aria-selected");
	}
	if (!tab) {
		return;
	}
	tab.setAttribute("tabindex", "0");
	if (selected && tab.node === selected) {
		tab.classList.add("sel");
		tab.setAttribute("aria-selected", "true");
	}
	if (focus) {
		tab.focus({ preventScroll: true });
	}
}

// --- the window ---

const coarse = window.matchMedia("(pointer: coarse)");
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function setHeight() {
	const height = state.view === "table" ? ui.table.offsetHeight : rowCount() * picture.pitch;
	frames.setAttribute("height", height);
	const below = printing ? MARGIN : ui.bottom.offsetHeight + MARGIN;
	fitPaper(picture.top + height + below);
	root.setAttribute("height", Math.max(picture.top + height + below, printing ? 0 : window.innerHeight));
}

function fitPaper(height) {
	if (printing) {
		root.setAttribute("viewBox", "0 0 " + picture.outer + " " + height);
		root.setAttribute("width", "100%");
	} else if (root.hasAttribute("viewBox")) {
		root.removeAttribute("viewBox");
		root.setAttribute("width", page.width || "100%");
	}
	root.style.height = printing ? "auto" : "";
}

// Where the bars are: the upper one below the heading or at the window's edge, the lower one at its end.
function placeBars() {
	const scroll = window.scrollY;
	const top = Math.max(picture.heading, scroll);
	ui.topBox.setAttribute("y", top);
	const room = window.innerHeight - (top - scroll);
	ui.panel.style.maxHeight = Math.max(120, room - ui.top.offsetHeight - ui.bottom.offsetHeight - 24) + "px";
	ui.topBox.setAttribute("height", ui.top.offsetHeight + (ui.panel.hidden ? 0 : ui.panel.offsetHeight + 8));
	ui.bottomBox.setAttribute("y", scroll + window.innerHeight - ui.bottom.offsetHeight);
	ui.bottomBox.setAttribute("height", ui.bottom.offsetHeight);
}

function measure() {
	const seen = page.width || root.getBoundingClientRect().width || window.innerWidth;
	// on paper the picture is as wide as the page, whatever that is, and not too small to be read
	const width = printing ? Math.min(seen, MOST_PAPER) : seen;
	picture.inner = Math.max(50, width - 2 * MARGIN);
	picture.outer = width;
	picture.pitch = Math.round((coarse.matches && !printing ? Math.max(page.row || 16, 26) : page.row || 16) * state.size);
	frames.setAttribute("font-size", (page.font || 12) * state.size);
	root.style.setProperty("--size", state.size);
	for (const box of [ui.headingBox, ui.topBox, ui.tableBox, ui.bottomBox]) {
		box.setAttribute("width", Math.min(width, window.innerWidth));
	}
	frames.setAttribute("width", picture.inner);
	picture.heading = ui.heading.offsetHeight;
	ui.headingBox.setAttribute("height", picture.heading);
	picture.top = picture.heading + (printing ? 0 : ui.top.offsetHeight + 8);
	frames.setAttribute("y", picture.top);
	ui.tableBox.setAttribute("y", picture.top);
}

function redraw() {
	showFacts();
	measure();
	drawTime();
	layOut();
	if (showTable()) {
		drawTable();
	}
	setHeight();
	placeBars();
	if (state.view !== "table") {
		drawRows();
	}
	drawMap();
	if (printing) {
		showFacts();
	}
}

let scheduled = false;

function onScroll() {
	if (scheduled) {
		return;
	}
	scheduled = true;
	requestAnimationFrame(() => {
		scheduled = false;
		placeBars();
		placeMap();
		drawIfNeeded();
	});
}

// Half a window more than is seen is drawn; scrolling within that costs nothing.
function drawIfNeeded() {
	if (state.view === "table") {
		return;
	}
	const above = (window.scrollY - picture.top) / picture.pitch;
	const below = above + window.innerHeight / picture.pitch;
	const deepest = Math.max(Math.abs(depthOf(Math.floor(above))), Math.abs(depthOf(Math.ceil(below))));
	if (picture.ends.some((end) => Math.abs(end.depth) < deepest)) {
		addLevels(deepest + 60);
		drawRows();
	} else if (above < picture.first - 1 && picture.first > 0 || below > picture.last + 1 && picture.last < rowCount() - 1) {
		drawRows();
	}
}

function showRow(node) {
	if (state.view === "table") {
		return;
	}
	const top = picture.top + rowOf(tree.depth[node]) * picture.pitch;
	const upper = window.scrollY + ui.top.offsetHeight + picture.pitch;
	const lower = window.scrollY + window.innerHeight - ui.bottom.offsetHeight - 2 * picture.pitch;
	if (top < upper || top > lower) {
		window.scrollTo(window.scrollX, Math.max(0, top - window.innerHeight / 2));
		placeBars();
		drawIfNeeded();
	}
}

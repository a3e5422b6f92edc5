// actions - what a click or a key does: zoom, step through matches, copy

// --- doing things ---

// Brings the page to what `state` says. Upright pictures stand on their root: the row that was
// looked at stays where it was.
function refresh() {
	const before = picture.depth;
	const beforeTree = tree;
	chooseTree();
	zoom = findNode(state.zoom);
	state.zoom = tree.nameOf(zoom);
	if (!isInZoom(selected)) {
		selected = zoom;
	}
	search();
	showControls();
	redraw();
	if (tree === beforeTree && isUpright() && picture.depth !== before) {
		window.scrollBy(0, (picture.depth - before) * picture.pitch);
	}
	showDetails();
}

function isInZoom(node) {
	while (node > 0 && node !== zoom) {
		node = tree.parent[node];
	}
	return node === zoom;
}

function change(changes) {
	Object.assign(state, { span: [0, 1] }, changes);
	refresh();
	writeAddress(true);
}

function zoomTo(node) {
	selected = node;
	change({ zoom: tree.nameOf(node) });
	showRow(node);
	markSelected(true);
	showDetails();
}

function select(node, focus) {
	selected = node;
	showRow(node);
	markSelected(focus);
	showDetails();
}

function setView(view) {
	const changes = { view };
	const isPlain = (name) => name === "flame" || name === "icicle" || name === "table";
	if (!(isPlain(view) && isPlain(state.view))) {
		changes.zoom = "0";
	}
	if (view === "sandwich" && state.view !== "sandwich") {
		changes.fn = current() >= 0 && tree.box[current()] >= 0 && tree.box[current()] !== boxes.pruned
			? tree.box[current()] : heaviestBox();
	}
	if (changes.fn !== NONE) {
		change(changes);
	}
	if (view === "table") {
		window.scrollTo(0, 0);
	}
}

function heaviestBox() {
	const known = found && found.list.length ? found.list[0] : NONE;
	return known !== NONE || !boxes.pruned ? known : values.boxes.self.subarray(0, boxes.pruned).reduce((best, self, box, all) => self > all[best] ? box : best, 0);
}

function sandwich(box) {
	if (box >= 0 && box !== boxes.pruned) {
		change({ view: "sandwich", fn: box, zoom: "0" });
	}
}

function reset() {
	Object.assign(state, initialState());
	closePanel();
	selected = 0;
	change({});
	window.scrollTo(0, 0);
}

function zoomOut() {
	if (zoom) {
		const inside = zoom;
		zoomTo(tree.parent[zoom]);
		select(inside, true);
	}
}

// The frame that keys and buttons are about.
function current() {
	return hovered !== NONE ? hovered : selected;
}

// --- matches one by one ---

function drawnHits() {
	const list = [];
	for (const level of picture.levels.values()) {
		level.nodes.forEach((node, i) => {
			if (isHit(node)) {
				list.push([level.left[i], Math.abs(tree.depth[node]), node]);
			}
		});
	}
	return list.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((place) => place[2]);
}

function step(by) {
	if (isLooking()) {
		looked.step = by;
		return;
	}
	const list = drawnHits();
	if (!list.length) {
		say(found && found.error || (found && found.list.length ? "no match in what is shown: zoom out" : "no match"));
		return;
	}
	const at = list.indexOf(selected);
	const to = at < 0 ? (by > 0 ? 0 : list.length - 1) : (at + by + list.length) % list.length;
	select(list[to], document.activeElement !== ui.search);
	say("match " + (to + 1) + " of " + list.length + ": " + nameOf(list[to]));
}

// Goes to the widest frame of a function in this view, wherever it is.
function widestOf(box) {
	let best = NONE;
	for (let node = 0; node < tree.total.length; node++) {
		if (tree.box[node] === box && (best === NONE || tree.total[node] > tree.total[best])) {
			best = node;
		}
	}
	return best;
}

function goTo(box) {
	let node = widestOf(box);
	if (node === NONE && state.view === "sandwich" || state.view === "callers" && node === NONE) {
		sandwich(box);
		return;
	}
	if (node === NONE) {
		return;
	}
	closePanel();
	const level = picture.levels.get(tree.depth[node]);
	if (!isInZoom(node) || !level || !level.nodes.includes(node)) {
		zoomTo(node);
	} else {
		select(node, true);
	}
}

// --- copying ---

// Where the browser gives no clipboard to a page: the text, ready for the reader's own Ctrl+C.
function offer(text) {
	const area = html("textarea", { "aria-label": "To copy", readonly: "", rows: Math.min(12, text.split("\n").length) });
	area.value = text;
	closePanel();
	openPanel("copy", area);
	area.select();
	say("press Ctrl+C to copy");
}

function copy(text, what) {
	if (navigator.clipboard) {
		navigator.clipboard.writeText(text).then(() => say(what + " copied"), () => offer(text));
	} else {
		offer(text);
	}
}

function copyName() {
	copy(nameOf(current()), "name");
}

function copyStack() {
	copy(stackOf(current()), "stack");
}

// moving - a part of the picture's width: wheel, pinch and drag; the map of the whole

// --- the part that is seen ---

// state.span has the part of the zoomed frame between the margins: from 0 to 1 unless magnified
const LEAST_SPAN = 1e-6;
let moveScheduled = false;

function isMagnified() {
	return state.span[1] - state.span[0] < 1;
}

function showSpan(from, size) {
	const length = Math.min(1, Math.max(LEAST_SPAN, size));
	const start = Math.min(1 - length, Math.max(0, from));
	state.span = [start, length === 1 ? 1 : start + length];
	if (moveScheduled) {
		return;
	}
	moveScheduled = true;
	requestAnimationFrame(() => {
		moveScheduled = false;
		redraw();
		writeAddress(false);
	});
}

// x: the pixel that stays where it is
function magnify(factor, x) {
	const size = state.span[1] - state.span[0];
	const next = Math.min(1, size / factor);
	const share = Math.min(1, Math.max(0, x / picture.inner));
	showSpan(state.span[0] + share * (size - next), next);
}

function pan(pixels) {
	const size = state.span[1] - state.span[0];
	showSpan(state.span[0] + pixels / picture.inner * size, size);
}

function readSpan(text) {
	const parts = /^(0(?:\.\d{1,9})?)-(0\.\d{1,9}|1)$/.exec(text || "");
	return parts && Number(parts[2]) - Number(parts[1]) >= LEAST_SPAN ? [Number(parts[1]), Number(parts[2])] : [0, 1];
}

function inPicture(event) {
	return event.clientX - frames.getBoundingClientRect().left;
}

// --- wheel, drag and pinch ---

// Ctrl and the wheel, which is also what two fingers on a trackpad say; the wheel alone where
// there is nothing to scroll.
function onWheel(event) {
	if (state.view === "table") {
		return;
	}
	const unit = event.deltaMode ? 16 : 1;
	const canScroll = Number(root.getAttribute("height")) > window.innerHeight + 1;
	const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
	if (event.ctrlKey || !canScroll && !event.shiftKey && Math.abs(event.deltaY) > Math.abs(event.deltaX)) {
		magnify(Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.003)), inPicture(event));
	} else if (isMagnified() && (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))) {
		pan(sideways * unit);
	} else {
		return;
	}
	event.preventDefault();
}

const fingers = new Map();
let dragged = false;

function onPress(event) {
	if (event.pointerType === "mouse" && event.button) {
		return;
	}
	if (!fingers.size) {
		dragged = false;
	}
	fingers.set(event.pointerId, { x: event.clientX, y: event.clientY, startX: event.clientX, startY: event.clientY });
}

function onMove(event) {
	const finger = fingers.get(event.pointerId);
	if (!finger) {
		return;
	}
	if (event.pointerType === "mouse" && !event.buttons) {
		fingers.delete(event.pointerId);
		return;
	}
	const [dx, dy] = [event.clientX - finger.x, event.clientY - finger.y];
	const isFar = Math.hypot(event.clientX - finger.startX, event.clientY - finger.startY) > 4;
	if (!dragged && !isFar && fingers.size < 2) {
		return;
	}
	dragged = true;
	const other = [...fingers.entries()].find((entry) => entry[0] !== event.pointerId);
	const before = other && Math.abs(finger.x - other[1].x);
	finger.x = event.clientX;
	finger.y = event.clientY;
	if (other) {
		const now = Math.abs(finger.x - other[1].x);
		if (before > 10 && now > 10) {
			magnify(now / before, (finger.x + other[1].x) / 2 - frames.getBoundingClientRect().left);
		}
		return;
	}
	if (isMagnified()) {
		pan(-dx);
	}
	// a finger scrolls by itself
	if (event.pointerType === "mouse") {
		window.scrollBy(0, -dy);
	}
}

function onRelease(event) {
	fingers.delete(event.pointerId);
}

function listenToMoves() {
	// what is not one of the bars
	const isPicture = (target) => frames.contains(target) || target === root || target.id === "paper";
	root.addEventListener("wheel", (event) => isPicture(event.target) && onWheel(event), { passive: false });
	root.addEventListener("pointerdown", (event) => isPicture(event.target) && onPress(event));
	window.addEventListener("pointermove", onMove);
	window.addEventListener("pointerup", onRelease);
	window.addEventListener("pointercancel", onRelease);
	frames.addEventListener("click", (event) => {
		if (dragged && event.detail) {
			event.stopImmediatePropagation();
		}
	}, true);
}

// --- the map ---

const MAP_WIDTH = 150;
const MAP_HEIGHT = 180;
const MOST_MAPPED = 20000;

function makeMap() {
	ui.mapPicture = html("canvas");
	ui.mapPart = html("b");
	ui.map = html("div", { class: "fg fg-map", "aria-hidden": "true", pointerdown: onMap, pointermove: (event) => event.buttons && onMap(event) }, ui.mapPicture, ui.mapPart);
	ui.mapBox = svg("foreignObject", { id: "map", x: 0, width: MAP_WIDTH, height: MAP_HEIGHT }, ui.map);
}

// Only where the picture is larger than the window, and there is room beside it.
function needsMap() {
	return !printing && state.view !== "table" && picture.outer >= 480 && values.whole > 0 &&
		(isMagnified() || rowCount() * picture.pitch > 1.2 * window.innerHeight);
}

function eachMapped(take) {
	const scale = MAP_WIDTH / (wholeOf(zoom) || 1);
	const sides = state.view === "sandwich" ? [-1, 1] : [1];
	let count = 0;
	for (const side of sides) {
		let level = [[zoom, 0]];
		for (let depth = tree.depth[zoom]; level.length && picture.levels.has(depth) && count < MOST_MAPPED; depth += side) {
			const next = [];
			for (const [node, left] of level) {
				count++;
				take(node, left, wholeOf(node) * scale);
				const kids = children(tree, node).filter((kid) => tree.total[kid] * scale >= 0.5 && Math.sign(tree.depth[kid] - tree.depth[node]) === side);
				let at = kids.length && !tree.start ? firstLeft(node, children(tree, node).filter((kid) => tree.total[kid] > 0 && (tree.depth[kid] < 0) === (side < 0))) : 0;
				for (const kid of children(tree, node)) {
					const start = tree.start ? tree.start[kid] - tree.start[node] : at;
					at += (tree.depth[kid] < 0) === (side < 0) ? tree.total[kid] : 0;
					if (kids.includes(kid)) {
						next.push([kid, left + start * scale]);
					}
				}
			}
			level = next;
		}
	}
}

function drawMap() {
	const isThere = needsMap();
	ui.mapBox.setAttribute("display", isThere ? "inline" : "none");
	if (!isThere) {
		return;
	}
	const rows = rowCount();
	picture.mapRow = Math.min(4, MAP_HEIGHT / rows);
	const height = Math.ceil(rows * picture.mapRow);
	const pen = ui.mapPicture.getContext("2d");
	ui.mapPicture.width = MAP_WIDTH;
	ui.mapPicture.height = height;
	ui.map.style.height = height + "px";
	ui.mapBox.setAttribute("height", height);
	pen.fillStyle = getComputedStyle(ui.map).color;
	eachMapped((node, left, width) => {
		pen.globalAlpha = isHit(node) ? 1 : 0.4;
		pen.fillRect(left, rowOf(tree.depth[node]) * picture.mapRow, Math.max(0.5, width - 0.5), Math.max(0.5, picture.mapRow - 0.5));
	});
	placeMap();
}

// Where frames are seldom: above those that grow up, below the others.
function placeMap() {
	if (ui.mapBox.getAttribute("display") === "none") {
		return;
	}
	const scroll = window.scrollY;
	const height = Number(ui.mapBox.getAttribute("height"));
	ui.mapBox.setAttribute("x", Math.min(picture.outer, window.innerWidth) - MAP_WIDTH - 2 * MARGIN);
	ui.mapBox.setAttribute("y", isUpright() ? Math.max(picture.heading, scroll) + ui.top.offsetHeight + MARGIN
		: scroll + window.innerHeight - ui.bottom.offsetHeight - height - MARGIN);
	const first = Math.max(0, (scroll - picture.top) / picture.pitch);
	const last = Math.min(rowCount(), (scroll - picture.top + window.innerHeight) / picture.pitch);
	ui.mapPart.style.cssText = "left:" + 100 * state.span[0] + "%;width:" + 100 * (state.span[1] - state.span[0]) + "%;top:" +
		first * picture.mapRow + "px;height:" + Math.max(2, (last - first) * picture.mapRow) + "px";
}

function onMap(event) {
	const box = ui.map.getBoundingClientRect();
	const size = state.span[1] - state.span[0];
	const row = (event.clientY - box.top) / picture.mapRow;
	event.preventDefault();
	window.scrollTo(window.scrollX, picture.top + row * picture.pitch - window.innerHeight / 2);
	if (size < 1) {
		showSpan((event.clientX - box.left) / box.width - size / 2, size);
	}
}

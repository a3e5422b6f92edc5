// keys - pointer and keyboard

// --- the pointer ---

let pointer = "mouse";
// what was selected before the pointer went down: that alone moves the focus
let before = 0;

function nodeAt(event) {
	const node = event.target && event.target.node;
	return node === undefined ? NONE : node;
}

function onClick(event) {
	const node = nodeAt(event);
	if (node === NONE) {
		return;
	}
	closePanel();
	const isTap = pointer === "touch" && before !== node;
	if (isTap || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) {
		hovered = NONE;
		select(node, true);
	} else {
		hovered = NONE;
		zoomTo(node);
	}
}

function onHover(event) {
	const node = pointer === "touch" ? NONE : nodeAt(event);
	if (node === hovered) {
		return;
	}
	hovered = node;
	if (node !== NONE && !event.target.firstChild) {
		event.target.append(svg("title", {}, titleOf(node)));
	}
	showDetails();
}

// --- the keys ---

// The widest frame on one side of a node, where it is drawn.
function neighbourRow(node, side) {
	const level = picture.levels.get(tree.depth[node] + side);
	const near = (level ? level.nodes : []).filter((other) => tree.parent[other] === node || tree.parent[node] === other);
	return near.reduce((best, other) => best === NONE || tree.total[other] > tree.total[best] ? other : best, NONE);
}

function neighbour(key) {
	const level = picture.levels.get(tree.depth[selected]);
	const at = level ? level.nodes.indexOf(selected) : -1;
	if (at < 0) {
		return zoom;
	}
	if (key === "ArrowLeft" || key === "ArrowRight") {
		const other = level.nodes[at + (key === "ArrowLeft" ? -1 : 1)];
		return other === undefined ? NONE : other;
	}
	return neighbourRow(selected, (key === "ArrowUp") === isUpright() ? 1 : -1);
}

function onArrow(event) {
	const to = neighbour(event.key);
	event.preventDefault();
	if (to !== NONE) {
		hovered = NONE;
		select(to, true);
	}
}

function focusSearch(event) {
	event.preventDefault();
	ui.search.focus({ preventScroll: true });
	ui.search.select();
}

const ACTIONS = {
	Escape: () => ui.open ? closePanel() : zoomOut(),
	Backspace: zoomOut,
	Home: reset,
	"+": () => magnify(1.5, picture.inner / 2),
	"-": () => magnify(1 / 1.5, picture.inner / 2),
	n: () => step(1),
	N: () => step(-1),
	c: copyName,
	C: copyStack,
	s: () => sandwich(tree.box[current()]),
	"?": () => toggle("help"),
};

function onKey(event) {
	const target = event.target;
	const isField = /^(input|select|textarea)$/.test(target.localName);
	if (event.key === "f" && (event.ctrlKey || event.metaKey) && target !== ui.search) {
		focusSearch(event);
		return;
	}
	if (event.key === "F3" && found) {
		event.preventDefault();
		step(event.shiftKey ? -1 : 1);
		return;
	}
	if (isField || event.ctrlKey || event.metaKey || event.altKey) {
		return;
	}
	const isFrame = target.node !== undefined;
	if (event.key === "/") {
		focusSearch(event);
	} else if (isFrame && (event.key === "Enter" || event.key === " ")) {
		event.preventDefault();
		zoomTo(target.node);
	} else if (isFrame && event.key.startsWith("Arrow")) {
		onArrow(event);
	} else if (Object.prototype.hasOwnProperty.call(ACTIONS, event.key)) {
		event.preventDefault();
		ACTIONS[event.key]();
	}
}

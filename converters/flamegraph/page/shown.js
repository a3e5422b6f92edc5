// shown - what of the tree is shown: view, zoom

// --- what is shown ---

const VIEWS = { flame: "Flame", icicle: "Icicle", callers: "Callers", sandwich: "Sandwich", table: "Table" };
if (hasTime || page.view === "chart") {
	VIEWS.chart = hasTime ? "Time" : "Chart";
}
const WIDTH_NAMES = { larger: "larger of both", new: "new", base: "base" };

// value: number of the value type; thread: number or NONE; fn: a box; zoom: the name of a node in
// the tree; hits: by box, whether it is found
function initialState() {
	const drawable = isNegative.indexOf(false);
	return {
		view: VIEWS[page.view] && page.view !== "sandwich" ? page.view : "flame",
		value: drawable < 0 ? 0 : drawable, thread: NONE, width: page.widths || "larger",
		fn: NONE, zoom: "0", range: null, span: [0, 1], size: 1, sort: isDifference ? "change" : "self", text: "", isRegex: false, isCase: false,
	};
}

let state = { value: 0, thread: NONE };
state = initialState();
// light or dark as pressed; "" is the system's
let theme = "";
let tree = null;
let zoom = 0;
// node of the details line and of the keys, and the one under the pointer
let selected = 0;
let hovered = NONE;
let madeFrom = "";

// The tree that state asks for, made anew only if it is another.
function chooseTree() {
	const v = [state.value, state.thread, state.width, state.range].join();
	const shape = state.view === "icicle" || state.view === "table" ? "flame" : state.view === "sandwich" ? "sandwich " + state.fn : state.view;
	if (madeFrom === v + " " + shape) {
		return;
	}
	setClock();
	if (!values || !madeFrom.startsWith(v + " ")) {
		values = chooseValues();
		found = null;
	}
	madeFrom = v + " " + shape;
	tree = state.view === "callers" ? callersTree() : state.view === "chart" ? timeTree()
		: state.view === "sandwich" ? sandwichTree(state.fn) : plainTree();
	picture.depth = 0;
	selected = 0;
	hovered = NONE;
}

// A node's name is a number of the file, and with callers how far from there. Names come from
// addresses: what is not there is node 0.
function findNode(name) {
	const parts = /^(\d{1,9})(?:\.(-?\d{1,6}))?$/.exec(name);
	let node = 0;
	if (parts && Number(parts[1]) < nodes.count) {
		node = tree.find(Number(parts[1]), Number(parts[2] || 0));
	}
	while (node > 0 && !tree.total[node]) {
		node = tree.parent[node];
	}
	return node;
}

function nameOf(node) {
	return tree.box[node] === NONE ? "all" : boxes.name[tree.box[node]];
}

// Where the function begins or, where nobody says, the one line of it that was seen.
function placeOf(node) {
	const box = tree.box[node];
	const home = box === NONE ? "" : boxes.home[box];
	const line = box === NONE ? 0 : boxes.line[box] || tree.line[node];
	return home && line ? home + ":" + line : home;
}

function isZoomed() {
	return wholeOf(zoom) !== values.whole;
}

function shares(value) {
	const all = percent(value, values.whole);
	return isZoomed() && value <= tree.total[zoom] ? all + " of all, " + percent(value, tree.total[zoom]) + " of zoom" : all;
}

function wholeOf(node) {
	return node === 0 && state.view !== "sandwich" ? values.whole : tree.total[node];
}

// 12.34%, 123.4% or 1,234%
function percents(value) {
	const size = Math.abs(value);
	return size > 1e12 ? (value < 0 ? "-lots%" : "lots%") : rounded(value, size < 99.995 ? 2 : size < 999.95 ? 1 : 0) + "%";
}

// A value of a difference: counts have no name there, shares are percentages.
function compared(value) {
	const type = types[0];
	if (page.shares) {
		return percents(value * Math.pow(10, type.exponent || 0));
	}
	return type.unit === "none" && page.countname === undefined && !page.factor ? grouped(value, type.exponent || 0) : valueText(value);
}

function figure(value, total) {
	return compared(value) + (total && !page.shares ? ", " + percent(value, total) : "");
}

function changeText(base, fresh) {
	if (base === fresh) {
		return "unchanged";
	}
	if (!base || !fresh) {
		return base ? "gone" : "was not there";
	}
	const sign = fresh > base ? "+" : "";
	return sign + compared(fresh - base) + ", " + sign + percents((fresh - base) / base * 100);
}

function difference(base, fresh) {
	return "base " + figure(base, values.base.total[0]) + "; new " + figure(fresh, values.fresh.total[0]) + "; " + changeText(base, fresh);
}

function figures(node) {
	return isDifference ? difference(tree.base[node], tree.fresh[node])
		: valueText(wholeOf(node)) + ", " + shares(wholeOf(node));
}

function selfFigures(node) {
	const self = tree.self[node];
	if (!(self > 0 && self < wholeOf(node))) {
		return "";
	}
	return "self " + (isDifference ? difference(tree.selfBase[node], tree.selfFresh[node]) : valueText(self) + ", " + shares(self));
}

function titleOf(node) {
	const [title] = named.get(tree.box[node]) || [];
	if (title) {
		return shown(title);
	}
	const place = placeOf(node);
	const self = selfFigures(node);
	return nameOf(node) + (place && " (" + place + ")") + " (" + figures(node) + ")" + (self && "\n" + self);
}

function callsOf(node) {
	const box = tree.box[node];
	const other = tree.parent[node] > 0 || state.view === "sandwich" ? tree.box[tree.parent[node]] : NONE;
	const known = calls.get(box);
	const isCaller = state.view === "callers" || tree.depth[node] < 0;
	const arc = other === undefined || other < 0 ? undefined
		: arcs.get((isCaller ? box : other) * boxes.name.length + (isCaller ? other : box));
	const recursive = known && known[1] && known[1] !== known[0] ? " (" + grouped(known[1], 0) + " primitive)" : "";
	return [known && plural(known[0], "call") + recursive,
		arc && grouped(arc, 0) + (isCaller ? " to " : " from ") + boxes.name[other]].filter(Boolean).join(", ");
}

// Callers first, whatever the view.
function stackOf(node) {
	const list = [];
	for (let at = node; at >= 0 && tree.box[at] !== NONE; at = tree.parent[at]) {
		const place = placeOf(at);
		list.push(nameOf(at) + (place && " (" + place + ")"));
	}
	return (state.view === "callers" || tree.depth[node] < 0 ? list : list.reverse()).join("\n");
}

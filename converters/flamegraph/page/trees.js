// trees - the contexts in the shape of a view: flame, callers, sandwich, chart

// --- trees: contexts in the shape of a view ---
//
// Columns by node: parent, box, line, depth, first and next (children), total, and of a difference
// base and fresh; self where the view has it. Node 0 lies under all others.

// The merged contexts as they are.
function plainTree() {
	const v = values;
	return {
		parent: contexts.parent, box: contexts.box, line: contexts.line, depth: contexts.depth, guess: guesses,
		first: contexts.links.first, next: contexts.links.next,
		total: v.width.total, self: v.width.self, base: v.base && v.base.total, fresh: v.fresh && v.fresh.total,
		selfBase: v.base && v.base.self, selfFresh: v.base && v.fresh.self,
		expand() {},
		nameOf: (node) => String(contexts.number[node]),
		find: (number) => contexts.of[number],
	};
}

function emptyTree() {
	const tree = {};
	for (const key of ["parent", "box", "line", "depth", "first", "next", "total", "self", "base", "fresh", "selfBase", "selfFresh"]) {
		tree[key] = [];
	}
	return tree;
}

function addNode(tree, parent, box, line, depth) {
	const node = tree.parent.length;
	tree.parent.push(parent);
	tree.box.push(box);
	tree.line.push(line);
	tree.depth.push(depth);
	tree.first.push(UNKNOWN);
	tree.next.push(NONE);
	for (const key of ["total", "self", "base", "fresh", "selfBase", "selfFresh"]) {
		tree[key].push(0);
	}
	return node;
}

// Trees that are made where somebody looks. A node has cursors: contexts m with what they carry,
// width, base and new value, and the context where they began. Callers climb one level at a time,
// callees descend; cursors in one box are one node.
const CURSOR = 5;

// No context comes twice in a group: the same functions below it would be the same context.
function gather(groups, ...cursor) {
	const box = contexts.box[cursor[0]];
	const group = groups.get(box);
	if (group) {
		group.push(...cursor);
	} else {
		groups.set(box, cursor);
	}
}

function gatherCallers(groups, list) {
	for (let i = 0; i < list.length; i += CURSOR) {
		const caller = contexts.parent[list[i]];
		if (caller > 0) {
			gather(groups, caller, list[i + 1], list[i + 2], list[i + 3], list[i + 4]);
		}
	}
}

function gatherWhole(groups, m) {
	const v = values;
	gather(groups, m, v.width.total[m], v.base ? v.base.total[m] : 0, v.fresh ? v.fresh.total[m] : 0, m);
}

function gatherCallees(groups, list) {
	for (let i = 0; i < list.length; i += CURSOR) {
		for (let m = contexts.links.first[list[i]]; m !== NONE; m = contexts.links.next[m]) {
			if (values.width.total[m]) {
				gatherWhole(groups, m);
			}
		}
	}
}

function gatherSelf(groups) {
	const v = values;
	for (let m = 1; m < contexts.count; m++) {
		if (v.width.self[m]) {
			gather(groups, m, v.width.self[m], v.base ? v.base.self[m] : 0, v.fresh ? v.fresh.self[m] : 0, m);
		}
	}
}

function carried(list, which) {
	let sum = 0;
	for (let i = which; i < list.length; i += CURSOR) {
		sum += list[i];
	}
	return sum;
}

function selfOf(list, column) {
	let sum = 0;
	for (let i = 0; i < list.length; i += CURSOR) {
		sum += column.self[list[i]];
	}
	return sum;
}

function commonLine(list) {
	let line = contexts.line[list[0]];
	for (let i = 0; i < list.length; i += CURSOR) {
		line = contexts.line[list[i]] === line ? line : 0;
	}
	return line;
}

function fillNode(tree, node, list) {
	tree.cursors[node] = list;
	tree.total[node] += carried(list, 1);
	tree.base[node] += carried(list, 2);
	tree.fresh[node] += carried(list, 3);
	tree.from[node] = list.length ? list[4] : NONE;
	if (tree.depth[node] >= 0 && !tree.climbs) {
		tree.self[node] = selfOf(list, values.width);
		tree.selfBase[node] = isDifference ? selfOf(list, values.base) : 0;
		tree.selfFresh[node] = isDifference ? selfOf(list, values.fresh) : 0;
	}
	tree.steps += list.length / CURSOR;
}

// Behind the children that are there: callers first, then callees.
function addChildren(tree, node, groups, depth) {
	let last = NONE;
	for (const box of Array.from(groups.keys()).sort((a, b) => a - b)) {
		const list = groups.get(box);
		const child = addNode(tree, node, box, list.length ? commonLine(list) : 0, depth);
		fillNode(tree, child, list);
		if (last === NONE) {
			tree.next[child] = tree.first[node];
			tree.first[node] = child;
		} else {
			tree.next[child] = tree.next[last];
			tree.next[last] = child;
		}
		last = child;
	}
}

function growingTree() {
	const tree = emptyTree();
	tree.cursors = [];
	tree.from = [];
	tree.steps = 0;
	tree.nameOf = (node) => tree.from[node] < 0 ? "0" : contexts.number[tree.from[node]] + "." + tree.depth[node];
	return tree;
}

function children(tree, node) {
	const list = [];
	tree.expand(node);
	for (let child = tree.first[node]; child >= 0; child = tree.next[child]) {
		list.push(child);
	}
	return list;
}

// Follows boxes from the root on; ends early where a tree of other values has none.
function follow(tree, path, side) {
	let at = 0;
	for (const box of path) {
		const next = children(tree, at).find((child) => tree.box[child] === box && Math.sign(tree.depth[child]) === side);
		if (next === undefined) {
			break;
		}
		at = next;
	}
	return at;
}

function climbed(m, levels) {
	const path = [];
	for (; m > 0 && path.length < levels; m = contexts.parent[m]) {
		path.push(contexts.box[m]);
	}
	return path;
}

// Every function with its self value, on it its callers.
function callersTree() {
	const tree = growingTree();
	tree.climbs = true;
	addNode(tree, NONE, NONE, 0, 0);
	fillNode(tree, 0, []);
	tree.total[0] = values.width.total[0];
	tree.base[0] = values.base ? values.base.total[0] : 0;
	tree.fresh[0] = values.fresh ? values.fresh.total[0] : 0;
	tree.expand = (node) => {
		if (tree.first[node] !== UNKNOWN) {
			return;
		}
		tree.first[node] = NONE;
		const groups = new Map();
		if (node) {
			gatherCallers(groups, tree.cursors[node]);
		} else {
			gatherSelf(groups);
			addPruned(tree, groups);
		}
		tree.cursors[node] = null;
		addChildren(tree, node, groups, tree.depth[node] + 1);
		addPrunedValues(tree, node);
	};
	tree.find = (number, levels) => follow(tree, climbed(contexts.of[number], levels), 1);
	return tree;
}

// Self values that are in no context of the file: their functions are known, their callers not.
function addPruned(tree, groups) {
	tree.pruned = new Map();
	eachRow(pruned.functions, state.thread, (f, of, list, i) => {
		const box = boxes.of[f];
		const sum = tree.pruned.get(box) || [0, 0, 0];
		const pair = isDifference ? [list[i], list[i + 1]] : [0, 0];
		tree.pruned.set(box, [sum[0] + (isDifference ? widthOf(...pair) : list[i + state.value]), sum[1] + pair[0], sum[2] + pair[1]]);
	});
	for (const box of tree.pruned.keys()) {
		if (!groups.has(box)) {
			groups.set(box, []);
		}
	}
}

function addPrunedValues(tree, node) {
	for (let child = tree.first[node]; !node && child >= 0; child = tree.next[child]) {
		const more = tree.pruned.get(tree.box[child]) || [0, 0, 0];
		tree.total[child] += more[0];
		tree.base[child] += more[1];
		tree.fresh[child] += more[2];
	}
}

// One function: depth -1, -2 are its callers, 1, 2 its callees. Of a recursion the outermost frame
// counts, so each value is there once.
function sandwichTree(box) {
	const tree = growingTree();
	const groups = new Map();
	let until = 0;
	for (let m = 1; m < contexts.count; m++) {
		if (contexts.box[m] === box && m >= until) {
			until = contexts.end[m];
			gatherWhole(groups, m);
		}
	}
	addNode(tree, NONE, box, 0, 0);
	const list = groups.get(box) || [];
	tree.line[0] = list.length ? commonLine(list) : 0;
	fillNode(tree, 0, list);
	tree.occurrences = list;
	tree.expand = (node) => {
		if (tree.first[node] !== UNKNOWN) {
			return;
		}
		const depth = tree.depth[node];
		tree.first[node] = NONE;
		if (depth >= 0) {
			const callees = new Map();
			gatherCallees(callees, tree.cursors[node]);
			addChildren(tree, node, callees, depth + 1);
		}
		if (depth <= 0) {
			const callers = new Map();
			gatherCallers(callers, tree.cursors[node]);
			addChildren(tree, node, callers, depth - 1);
		}
		tree.cursors[node] = null;
	};
	tree.find = (number, levels) => {
		const m = contexts.of[number];
		const path = levels < 0 ? climbed(contexts.parent[m], -levels) : climbed(m, levels).reverse();
		return follow(tree, path, Math.sign(levels));
	};
	return tree;
}

// The order of time. A frame goes on while the rows' stacks agree on it and all its callers.
function timeTree() {
	const tree = emptyTree();
	const open = [0];
	let thread = NONE;
	let x = 0;
	tree.start = [0];
	tree.number = [0];
	// the same context comes again and again: a node's name says which time it is
	tree.turn = [0];
	const turns = new Map();
	addNode(tree, NONE, NONE, 0, 0);
	const last = [NONE];
	const enter = (n) => {
		const above = open[open.length - 1];
		const node = addNode(tree, above, boxOf(n), lineOf(n), open.length);
		tree.start.push(x);
		tree.number.push(n);
		turns.set(n, (turns.get(n) || 0) + 1);
		tree.turn.push(turns.get(n));
		last.push(NONE);
		if (last[above] === NONE) {
			tree.first[above] = node;
		} else {
			tree.next[last[above]] = node;
		}
		last[above] = node;
		tree.first[node] = NONE;
		open.push(node);
	};
	tree.first[0] = NONE;
	eachRow(profile.rows, state.thread, (n, of, list, i, number) => {
		const pair = isDifference ? [list[i], list[i + 1]] : [0, 0];
		const width = isDifference ? widthOf(...pair) : inRange(list[i + state.value], number);
		const stack = [];
		for (let at = n; at > 0; at = nodes.parent[at]) {
			stack.push(at);
			if (isBase[boxOf(at)]) {
				break;
			}
		}
		stack.reverse();
		let same = of === thread ? 1 : open.length = 1;
		while (same < open.length && same <= stack.length && tree.box[open[same]] === boxOf(stack[same - 1])) {
			if (tree.line[open[same]] !== lineOf(stack[same - 1])) {
				tree.line[open[same]] = 0;
			}
			same++;
		}
		open.length = same;
		thread = of;
		if (!width) {
			return;
		}
		while (open.length <= stack.length) {
			enter(stack[open.length - 1]);
		}
		for (const node of open) {
			tree.total[node] += width;
			tree.base[node] += pair[0];
			tree.fresh[node] += pair[1];
		}
		const own = open[open.length - 1];
		tree.self[own] += width;
		tree.selfBase[own] += pair[0];
		tree.selfFresh[own] += pair[1];
		x += width;
	});
	tree.expand = () => {};
	tree.nameOf = (node) => tree.number[node] + "." + tree.turn[node];
	tree.find = (number, turn) => Math.max(0, tree.number.findIndex((n, i) => n === number && tree.turn[i] === turn));
	return tree;
}

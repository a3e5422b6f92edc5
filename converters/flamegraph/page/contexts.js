// contexts - calling contexts of the file, merged where they look the same, and their values

// --- boxes: the functions in order; those that differ in nothing shown are one ---

function sortFunctions() {
	const f = profile.functions;
	const keys = strings.map(bytewise);
	const home = (i) => f[4 * i + 1] || f[4 * i + 2];
	const line = (i) => profile.lines ? 0 : f[4 * i + 3];
	const order = Array.from({ length: f.length / 4 }, (none, i) => i);
	const by = (a, b) => compare(keys[f[4 * a]], keys[f[4 * b]]) || compare(keys[home(a)], keys[home(b)]) || line(a) - line(b);
	order.sort((a, b) => by(a, b) || a - b);
	const all = { of: new Int32Array(order.length), name: [], home: [], line: [], class: [], number: [] };
	order.forEach((i, at) => {
		if (!at || by(order[at - 1], i)) {
			const place = strings[home(i)];
			const letter = (page.colors || "")[i] || "";
			all.name.push(shown(strings[f[4 * i]]));
			all.home.push(place === "~" ? "" : shown(place));
			all.line.push(line(i));
			all.class.push(/^[A-Za-z]$/.test(letter) ? letter : "Y");
			all.number.push(i);
		}
		all.of[i] = all.name.length - 1;
	});
	// what is known only as a sum stands behind all functions
	all.pruned = all.name.length;
	all.name.push("[pruned]");
	all.home.push("");
	all.line.push(0);
	all.class.push("Y");
	all.number.push(NONE);
	return all;
}

const boxes = sortFunctions();
const isBase = boxes.name.map((name) => (page.base || []).some((base) => shown(base) === name));

function byBox(numbers, stride, take) {
	for (let i = 0; i < (numbers || []).length; i += stride) {
		take(numbers, i);
	}
}

const calls = new Map();
byBox(page.calls, 3, (list, i) => {
	const box = boxes.of[list[i]];
	const old = calls.get(box) || [0, 0];
	calls.set(box, [old[0] + list[i + 1], old[1] + list[i + 2]]);
});
const arcs = new Map();
byBox(page.arcs, 3, (list, i) => {
	const arc = boxes.of[list[i]] * boxes.name.length + boxes.of[list[i + 1]];
	arcs.set(arc, (arcs.get(arc) || 0) + list[i + 2]);
});

// By box: title, link, its target, and a colour as a number; the first entry of the list is none.
const named = new Map((page.named || []).slice(1).map((row) => [boxes.of[row[0]], row.slice(1)]));

function linkOf(box) {
	const [, href, target] = named.get(box) || [];
	return href && (/^(https?|mailto):/.test(href) || !/^[^/?#]*[:\0-\x20]/.test(href)) ? { href, target, rel: "noopener" } : null;
}

// --- contexts: the nodes of the file, and merged those that look the same ---

function readNodes() {
	const parent = [NONE];
	const frame = [NONE];
	let at = 0;
	for (const code of profile.nodes) {
		if (code < 0) {
			for (let up = code; up < 0; up++) {
				at = parent[at];
			}
			continue;
		}
		parent.push(at);
		frame.push(code - 1);
		at = parent.length - 1;
	}
	return { count: parent.length, parent: Int32Array.from(parent), frame: Int32Array.from(frame) };
}

const nodes = readNodes();

function boxOf(node) {
	return boxes.of[profile.frames[3 * nodes.frame[node]]];
}

function lineOf(node) {
	const frame = 3 * nodes.frame[node];
	const line = profile.frames[frame + 1];
	return line || !profile.lines ? line : profile.functions[4 * profile.frames[frame] + 3];
}

// Numbers of one key each; the second of a pair is smaller than `most`.
function merge() {
	const most = boxes.name.length;
	const found = new Map();
	const all = { of: new Int32Array(nodes.count), parent: [NONE], box: [NONE], line: [0], number: [0] };
	for (let n = 1; n < nodes.count; n++) {
		const box = boxOf(n);
		const line = lineOf(n);
		const above = isBase[box] ? 0 : all.of[nodes.parent[n]];
		const key = above * most + box;
		let m = found.get(key);
		if (m === undefined) {
			m = all.parent.length;
			found.set(key, m);
			all.parent.push(above);
			all.box.push(box);
			all.line.push(line);
			all.number.push(n);
		} else if (all.line[m] !== line) {
			all.line[m] = 0;
		}
		all.of[n] = m;
	}
	return all;
}

// Lists of children: each to the front of its parent's, the last one first.
function linkChildren(parent, order) {
	const first = new Int32Array(parent.length).fill(NONE);
	const next = new Int32Array(parent.length).fill(NONE);
	for (let i = order.length; i-- > 0;) {
		next[order[i]] = first[parent[order[i]]];
		first[parent[order[i]]] = order[i];
	}
	return { first, next };
}

// New numbers so that a node stands before its children and they stand in order.
function preorder(parent, links) {
	const order = new Int32Array(parent.length);
	let at = 0;
	for (let count = 0; ; count++) {
		order[count] = at;
		if (links.first[at] !== NONE) {
			at = links.first[at];
			continue;
		}
		while (at > 0 && links.next[at] === NONE) {
			at = parent[at];
		}
		if (at <= 0) {
			return order;
		}
		at = links.next[at];
	}
}

// Of the contexts m: parent, box, line, number (the first node of the file), depth, and end: what
// lies in m are the numbers from m to before end[m]. of[] is the context of a node.
function makeContexts() {
	const merged = merge();
	const count = merged.parent.length;
	const order = Int32Array.from({ length: count - 1 }, (none, i) => i + 1);
	if (page.sorted !== false) {
		order.sort((a, b) => merged.box[a] - merged.box[b] || a - b);
	}
	const old = preorder(merged.parent, linkChildren(merged.parent, order));
	const fresh = new Int32Array(count);
	old.forEach((o, i) => {
		fresh[o] = i;
	});
	const c = { count, parent: new Int32Array(count), depth: new Int32Array(count), end: new Int32Array(count) };
	for (const key of ["box", "line", "number"]) {
		c[key] = Int32Array.from(old, (o) => merged[key][o]);
	}
	c.of = merged.of.map((o) => fresh[o]);
	c.parent[0] = NONE;
	c.deepest = 0;
	for (let m = 1; m < count; m++) {
		c.parent[m] = fresh[merged.parent[old[m]]];
		c.depth[m] = c.depth[c.parent[m]] + 1;
		c.deepest = Math.max(c.deepest, c.depth[m]);
	}
	for (let m = count; m-- > 0;) {
		c.end[m] = Math.max(c.end[m], m + 1);
		if (m) {
			c.end[c.parent[m]] = Math.max(c.end[c.parent[m]], c.end[m]);
		}
	}
	c.links = linkChildren(c.parent, Int32Array.from({ length: count - 1 }, (none, i) => i + 1));
	return c;
}

const contexts = makeContexts();

// --- values ---

// Calls take(node or function, thread, list, place of its first value, number) for the chosen threads.
function eachRow(rows, thread, take) {
	const stride = types.length + 1;
	let number = 0;
	for (const [of, list] of rows || []) {
		let at = 0;
		for (let i = 0; i < list.length; i += stride, number++) {
			at += list[i];
			if (thread === NONE || of === thread) {
				take(at, of, list, i + 1, number);
			}
		}
	}
}

const pruned = profile.pruned || {};
const isNegative = types.map(() => false);
eachRow(profile.rows, NONE, (at, of, list, i) => {
	for (let v = 0; v < isNegative.length; v++) {
		isNegative[v] = isNegative[v] || list[i + v] < 0;
	}
});

function column(value) {
	const c = { self: new Float64Array(contexts.count), hidden: new Float64Array(contexts.count) };
	eachRow(profile.rows, state.thread, (n, of, list, i, number) => {
		c.self[contexts.of[n]] += inRange(list[i + value], number);
	});
	eachRow(pruned.hidden, state.thread, (n, of, list, i) => {
		c.hidden[contexts.of[n]] += list[i + value];
	});
	return c;
}

function addUp(c) {
	c.total = new Float64Array(contexts.count);
	for (let m = contexts.count; m-- > 0;) {
		c.total[m] += c.self[m] + c.hidden[m];
		if (m) {
			c.total[contexts.parent[m]] += c.total[m];
		}
	}
	return c;
}

function widthOf(base, fresh) {
	return state.width === "new" ? fresh : state.width === "base" ? base : Math.max(base, fresh);
}

function widths(base, fresh) {
	return { self: base.self.map((b, m) => widthOf(b, fresh.self[m])), hidden: base.hidden.map((b, m) => widthOf(b, fresh.hidden[m])) };
}

// By box: self and inclusive values; the latter of the outermost frames only, so recursion counts once.
function sumBoxes(total, self) {
	const sums = { self: new Float64Array(boxes.name.length), total: new Float64Array(boxes.name.length) };
	const until = new Int32Array(boxes.name.length);
	for (let m = 1; m < contexts.count; m++) {
		const box = contexts.box[m];
		sums.self[box] += self[m];
		if (m >= until[box]) {
			until[box] = contexts.end[m];
			sums.total[box] += total[m];
		}
	}
	return sums;
}

// By context: whether it is a guess; the file has that in runs of its nodes.
function readGuesses() {
	const guess = new Uint8Array(contexts.count);
	let n = 1;
	(profile.guessed || []).forEach((run, i) => {
		for (const end = Math.min(n + run, nodes.count); n < end; n++) {
			guess[contexts.of[n]] |= i % 2;
		}
	});
	return guess;
}

const guesses = readGuesses();

// By box: how many contexts it has. A caller with several is one whose own callers are guesses.
function countContexts(total) {
	const count = new Int32Array(boxes.name.length);
	for (let m = 1; profile.estimated && m < contexts.count; m++) {
		count[contexts.box[m]] += total[m] ? 1 : 0;
	}
	return count;
}

// Values as they are chosen: width, and of a difference base and fresh.
function chooseValues() {
	const v = {};
	if (isDifference) {
		v.base = addUp(column(0));
		v.fresh = addUp(column(1));
		v.width = addUp(widths(v.base, v.fresh));
	} else {
		v.width = addUp(column(state.value));
	}
	const sum = v.width.total[0];
	v.whole = page.total && !state.range && !state.value && !isDifference ? Math.max(page.total, sum) : sum;
	v.boxes = sumBoxes(v.width.total, v.width.self);
	v.counts = countContexts(v.width.total);
	return v;
}

let values = null;

// search - which functions a text or an expression finds, and what they amount to

// --- which are found ---

// What an expression may cost nobody can tell from its looks. The simplest take one way through a name: letters, dots,
// anchors and alternatives of them. All that repeats or groups runs in a worker, which is ended after a second, and
// from a link only after Enter.
function isSimple(pattern) {
	return /^[^\\()[\]{}*+?]*$/.test(pattern);
}

const WORKER = "onmessage=({data:[texts,text,flags]})=>{if(texts){self.texts=texts;postMessage(0)}" +
	"else{const re=new RegExp(text,flags);postMessage(self.texts.map((one)=>re.test(one)))}}";
const TOO_LONG = "search took longer than a second and was ended";
const NO_WORKER = "this page may have no worker: only plain text and simple expressions are searched";

// what was asked for last: hits by box, or error, why there are none; neither while the worker looks
let looked = null;
let worker = null;
let alarm = 0;

function isLooking() {
	return looked && !looked.hits && !looked.error;
}

function endWorker() {
	clearTimeout(alarm);
	if (worker) {
		worker.onmessage = worker.onerror = null;
		worker.terminate();
	}
	worker = null;
}

// The worker has so much time for its next message.
function allow(time, error) {
	clearTimeout(alarm);
	alarm = setTimeout(() => {
		endWorker();
		answer({ error });
	}, time);
}

function answer(result) {
	clearTimeout(alarm);
	Object.assign(looked, result);
	found = null;
	showFound();
	if (looked.step) {
		step(looked.step);
	}
}

function startWorker() {
	worker = new Worker(URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" })));
	worker.onmessage = ({ data }) => data
		? answer({ hits: Uint8Array.from(boxes.home, (home, box) => data[box] || home && data[boxes.name.length + box]) })
		: allow(1000, TOO_LONG);
	// without a message nothing has run
	worker.onerror = (event) => {
		event.preventDefault();
		endWorker();
		answer({ error: event.message || NO_WORKER });
	};
	worker.postMessage([[...boxes.name, ...boxes.home].map(searched)]);
	allow(5000, NO_WORKER);
}

function searched(name) {
	return name.slice(0, LONGEST_NAME_SEARCHED);
}

function flags() {
	return state.isCase ? "u" : "iu";
}

function lookInWorker() {
	try {
		worker ? allow(1000, TOO_LONG) : startWorker();
		worker.postMessage([null, state.text, flags()]);
	} catch (error) {
		endWorker();
		looked.error = NO_WORKER;
	}
}

function matchBoxes(test) {
	const hits = new Uint8Array(boxes.home.length);
	const until = Date.now() + 1000;
	for (let box = 0; box < hits.length; box++) {
		hits[box] = test(boxes.name[box]) || (boxes.home[box] && test(boxes.home[box]));
		if (Date.now() > until) {
			looked.error = TOO_LONG;
			return null;
		}
	}
	return hits;
}

function lookForText() {
	const plain = (text) => state.isCase ? text : text.toLowerCase();
	const wanted = plain(state.text);
	looked.hits = matchBoxes((name) => plain(name).includes(wanted));
}

function lookForExpression() {
	let pattern = null;
	try {
		pattern = new RegExp(state.text, flags());
	} catch (error) {
		looked.error = "not an expression: " + error.message.replace(/^Invalid regular expression: /, "");
		return;
	}
	if (isSimple(state.text)) {
		looked.hits = matchBoxes((name) => pattern.test(searched(name)));
	} else {
		lookInWorker();
	}
}

function look() {
	const key = [state.text, state.isRegex, state.isCase].join("\n");
	if (looked && looked.key === key) {
		return;
	}
	if (isLooking()) {
		endWorker();
	}
	looked = { key, error: "", hits: null };
	(state.isRegex ? lookForExpression : lookForText)();
}

// --- what they amount to ---

// hits by box; matched: of all and of the zoom; list: the boxes, the heaviest first
let found = null;

// What lies in contexts m to before end, of the outermost found frames.
function matchedIn(hits, m, end) {
	let sum = 0;
	for (let until = m; m < end; m++) {
		if (m >= until && m && hits[contexts.box[m]]) {
			sum += values.width.total[m];
			until = contexts.end[m];
		}
	}
	return sum;
}

function sumHits() {
	const { error, hits } = looked;
	const sums = { error, hits, matched: 0, frames: 0, list: [] };
	if (!hits) {
		return sums;
	}
	sums.matched = matchedIn(hits, 1, contexts.count);
	for (let m = 1; m < contexts.count; m++) {
		sums.frames += hits[contexts.box[m]] && values.width.total[m] ? 1 : 0;
	}
	for (let box = 0; box < boxes.name.length; box++) {
		if (hits[box] && values.boxes.total[box]) {
			sums.list.push(box);
		}
	}
	sums.list.sort((a, b) => values.boxes.total[b] - values.boxes.total[a] || a - b);
	return sums;
}

// Whether context m or a caller of it is found.
function hitsAbove(hits) {
	const above = new Uint8Array(contexts.count);
	for (let m = 1; m < contexts.count; m++) {
		above[m] = hits[contexts.box[m]] || above[contexts.parent[m]];
	}
	return above;
}

// The cursors that a node of a growing tree was made from.
function cursorsOf(node) {
	const path = [];
	for (let at = node; at > 0; at = tree.parent[at]) {
		path.unshift(tree.box[at]);
	}
	const climbs = tree.climbs || tree.depth[node] < 0;
	let list = tree.occurrences || [];
	path.forEach((box, i) => {
		const groups = new Map();
		if (tree.climbs && !i) {
			gatherSelf(groups);
		} else {
			(climbs ? gatherCallers : gatherCallees)(groups, list);
		}
		list = groups.get(box) || [];
	});
	return list;
}

function matchedInZoom(hits) {
	if (!tree.cursors) {
		return state.view === "chart" ? matchedInTime(hits) : matchedIn(hits, zoom, contexts.end[zoom]);
	}
	if (tree.climbs && !zoom) {
		return found.matched;
	}
	const above = hitsAbove(hits);
	const looksUp = tree.climbs || tree.depth[zoom] <= 0;
	const looksDown = !tree.climbs && tree.depth[zoom] >= 0;
	const list = cursorsOf(zoom);
	let sum = 0;
	for (let i = 0; i < list.length; i += CURSOR) {
		if (looksUp && above[list[i]]) {
			sum += list[i + 1];
		} else if (looksDown) {
			sum += matchedIn(hits, list[i], contexts.end[list[i]]);
		}
	}
	return sum;
}

function matchedInTime(hits) {
	let sum = 0;
	const visit = [zoom];
	while (visit.length) {
		const node = visit.pop();
		if (node && hits[tree.box[node]]) {
			sum += tree.total[node];
		} else {
			visit.push(...children(tree, node));
		}
	}
	return sum;
}

function search() {
	if (!state.text) {
		endWorker();
		looked = found = null;
		return;
	}
	look();
	const key = looked.key + madeFrom;
	if (!found || found.key !== key) {
		found = sumHits();
		found.key = key;
	}
	found.inZoom = found.hits ? matchedInZoom(found.hits) : 0;
}

function isHit(node) {
	return found && found.hits && found.hits[tree.box[node]];
}

function matchText() {
	if (!found) {
		return "";
	}
	if (!found.hits) {
		return found.error || "searching";
	}
	return found.list.length === 0 ? "no match" : "matched " + percent(found.matched, values.whole) +
		(isZoomed() ? " of all, " + percent(found.inZoom, tree.total[zoom]) + " of zoom" : "") +
		", " + plural(found.list.length, "function") + ", " + plural(found.frames, "frame");
}

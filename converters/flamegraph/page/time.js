// time - when samples were taken, and the range of time that is looked at

// --- the clock ---

const hasTime = Boolean(profile.ordered);
let clock = null;

function clockIsTimes() {
	return hasTime && profile.rows.some((row) => row[2] && row[2].times);
}

function valuesAreTimes() {
	const unit = (types[state.value] || {}).unit;
	return unit !== "none" && unit !== "bytes";
}

// By row: begin, end, thread and context. Times count where the file has them; else the values
// follow each other, in each thread from 0 on.
function makeClock() {
	const c = { value: state.value, times: clockIsTimes(), begin: [], end: [], thread: [], node: [], first: Infinity, last: -Infinity };
	const stride = types.length + 1;
	for (const [of, list, more] of profile.rows) {
		const times = more && more.times || [];
		let node = 0;
		let at = 0;
		for (let i = 0; i < list.length; i += stride) {
			const value = list[i + 1 + state.value];
			const time = times[i / stride];
			node += list[i];
			at = c.times && typeof time === "number" ? time : at;
			c.begin.push(at);
			c.end.push(c.times && !valuesAreTimes() ? lasting(times, i / stride, at) : at + value);
			at = c.end[c.end.length - 1];
			c.thread.push(of);
			c.node.push(node);
			c.first = Math.min(c.first, c.begin[c.begin.length - 1]);
			c.last = Math.max(c.last, at);
		}
	}
	return c;
}

// A sample whose value is no time lasts until the next one.
function lasting(times, i, at) {
	return typeof times[i + 1] === "number" && times[i + 1] > at ? times[i + 1] : at;
}

function setClock() {
	if (hasTime && (!clock || clock.value !== state.value)) {
		clock = makeClock();
	}
}

// What of a row's value lies in the range: in proportion to its time, in whole numbers.
function inRange(value, number) {
	if (!state.range || !value) {
		return value;
	}
	const [from, to] = state.range;
	const [begin, end] = [clock.begin[number], clock.end[number]];
	if (begin === end) {
		return begin >= from && begin < to ? value : 0;
	}
	const part = Math.min(end, to) - Math.max(begin, from);
	return part <= 0 ? 0 : Math.round(value * part / (end - begin));
}

function timeText(value) {
	return clock.times ? scaled(value, TIMES, 1000) : valueText(value);
}

// Two whole numbers in order, from an address.
function readRange(text) {
	const parts = /^(\d{1,18})-(\d{1,18})$/.exec(text || "");
	return hasTime && parts && Number(parts[1]) < Number(parts[2]) ? [Number(parts[1]), Number(parts[2])] : null;
}

// --- the line of time ---

function makeTime() {
	if (!hasTime) {
		return [];
	}
	ui.timePicture = html("canvas");
	ui.timeOut = [html("i"), html("i"), html("b")];
	ui.timeText = html("span");
	ui.time = html("div", {
		class: "fg-time", tabindex: 0, role: "slider", "aria-label": "Range of time", title: "Drag to choose a range of time, click to show all",
		pointerdown: beginRange, keydown: moveRange,
	}, ui.timePicture, ...ui.timeOut, ui.timeText);
	return [ui.time];
}

// How deep stacks were, pixel by pixel: the deepest of each.
function timeDepths(width) {
	const deepest = new Float64Array(width);
	const scale = width / (clock.last - clock.first || 1);
	clock.begin.forEach((begin, i) => {
		if (state.thread !== NONE && clock.thread[i] !== state.thread) {
			return;
		}
		const depth = contexts.depth[contexts.of[clock.node[i]]];
		const end = Math.min(width, Math.ceil((clock.end[i] - clock.first) * scale));
		for (let x = Math.floor((begin - clock.first) * scale); x < Math.max(end, 1); x++) {
			deepest[x] = Math.max(deepest[x], depth);
		}
	});
	return deepest;
}

function drawTime() {
	if (!hasTime) {
		return;
	}
	setClock();
	ui.time.hidden = !(clock.last > clock.first);
	const width = Math.max(1, Math.floor(ui.time.clientWidth));
	const height = ui.time.clientHeight;
	const pen = ui.timePicture.getContext("2d");
	ui.timePicture.width = width;
	ui.timePicture.height = height;
	pen.fillStyle = getComputedStyle(ui.time).getPropertyValue("--accent");
	pen.globalAlpha = 0.45;
	timeDepths(width).forEach((depth, x) => {
		const top = contexts.deepest ? (height - 4) * depth / contexts.deepest : 0;
		pen.fillRect(x, height - top, 1, top);
	});
	showRange(state.range);
}

// The chosen range; what lies outside is pale.
function showRange(range) {
	const share = (at) => Math.min(100, Math.max(0, 100 * (at - clock.first) / (clock.last - clock.first || 1)));
	const [left, right, middle] = ui.timeOut;
	for (const part of ui.timeOut) {
		part.hidden = !range;
	}
	ui.time.setAttribute("aria-valuetext", range ? rangeText(range) : "all");
	ui.timeText.textContent = range ? rangeText(range) : timeText(clock.last - clock.first);
	if (range) {
		left.style.cssText = "left:0;width:" + share(range[0]) + "%";
		right.style.cssText = "right:0;width:" + (100 - share(range[1])) + "%";
		middle.style.cssText = "left:" + share(range[0]) + "%;right:" + (100 - share(range[1])) + "%";
	}
}

function rangeText(range) {
	return timeText(range[0] - clock.first) + " \u2013 " + timeText(range[1] - clock.first) + " of " + timeText(clock.last - clock.first);
}

function timeAt(event) {
	const box = ui.time.getBoundingClientRect();
	return Math.round(clock.first + (clock.last - clock.first) * Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
}

function chooseRange(range) {
	const isAll = !range || range[0] <= clock.first && range[1] >= clock.last;
	change({ range: isAll || range[0] >= range[1] ? null : range });
}

function beginRange(event) {
	const from = timeAt(event);
	const start = event.clientX;
	const rangeTo = (to) => [Math.min(from, to), Math.max(from, to)];
	const move = (e) => showRange(rangeTo(timeAt(e)));
	const end = (e) => {
		ui.time.removeEventListener("pointermove", move);
		for (const name of ["pointerup", "pointercancel"]) {
			ui.time.removeEventListener(name, end);
		}
		if (e.type === "pointerup") {
			chooseRange(Math.abs(e.clientX - start) < 3 ? null : rangeTo(timeAt(e)));
		} else {
			showRange(state.range);
		}
	};
	ui.time.setPointerCapture(event.pointerId);
	ui.time.addEventListener("pointermove", move);
	ui.time.addEventListener("pointerup", end);
	ui.time.addEventListener("pointercancel", end);
}

// Arrows move the range by a quarter of it, + and - halve and double it; Escape shows all.
function moveRange(event) {
	const whole = clock.last - clock.first;
	const [from, to] = state.range || [clock.first, clock.last];
	const size = to - from;
	const steps = { ArrowLeft: [-size / 4, size], ArrowRight: [size / 4, size], "+": [size / 4, size / 2], "-": [-size / 2, 2 * size], Escape: [0, whole] };
	if (!Object.prototype.hasOwnProperty.call(steps, event.key) || event.key === "Escape" && !state.range) {
		return;
	}
	event.preventDefault();
	event.stopPropagation();
	const [by, length] = steps[event.key];
	const next = Math.max(clock.first, Math.min(Math.round(from + by), clock.last - Math.round(length)));
	chooseRange([next, Math.min(clock.last, next + Math.max(1, Math.round(length)))]);
}

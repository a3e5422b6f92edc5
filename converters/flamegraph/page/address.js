// address - the state in the address, on paper, and the start

// --- the address ---

let written = "";

function addressOf() {
	const usual = initialState();
	const parts = [];
	const put = (key, value, isUsual) => {
		if (!isUsual) {
			parts.push(key + "=" + encodeURIComponent(value.toWellFormed ? value.toWellFormed() : shown(value)));
		}
	};
	put("view", state.view, state.view === usual.view);
	put("fn", String(boxes.number[state.fn]), state.view !== "sandwich");
	put("value", String(state.value), state.value === usual.value);
	put("thread", String(state.thread), state.thread === NONE);
	put("sort", state.sort, state.view !== "table" || state.sort === usual.sort);
	put("range", (state.range || []).join("-"), !state.range);
	put("width", state.width, state.width === usual.width);
	put("zoom", state.zoom, zoom === 0);
	put("span", state.span.map((at) => String(Math.round(at * 1e9) / 1e9)).join("-"), !isMagnified());
	put("size", String(state.size), state.size === 1);
	put("s", state.text, !state.text);
	put("re", "1", !state.isRegex);
	put("case", "1", !state.isCase);
	put("dark", theme === "dark" ? "1" : "0", !theme);
	return parts.join("&");
}

// A page in a file may not be allowed a history of its own; its fragment may always change.
function writeAddress(isStep) {
	const text = addressOf();
	if (text === written) {
		return;
	}
	written = text;
	const address = location.pathname + "#" + text;
	try {
		history[isStep ? "pushState" : "replaceState"](null, "", address);
	} catch (error) {
		location.replace("#" + text);
	}
}

function parse(text) {
	const got = new Map();
	for (const part of text.slice(1, 4000).split(/[&;]/)) {
		const at = part.indexOf("=");
		try {
			got.set(part.slice(0, at), decodeURIComponent(part.slice(at + 1).replace(/\+/g, " ")));
		} catch (error) {
			// a broken escape says nothing
			got.delete(part.slice(0, at));
		}
	}
	return got;
}

function whole(text, most) {
	return /^\d{1,9}$/.test(text || "") && Number(text) < most ? Number(text) : NONE;
}

function takeSearch(got, next) {
	const fragment = got.get("s");
	const query = fragment === undefined ? parse(location.search).get("s") : undefined;
	next.text = (fragment === undefined ? query || "" : fragment).slice(0, LONGEST_PATTERN);
	// other renderers' ?s= is always an expression
	next.isRegex = got.get("re") === "1" || query !== undefined;
	next.isCase = got.get("case") === "1";
	if (next.isRegex && !isSimple(next.text)) {
		ui.search.value = next.text;
		waiting = next.text;
		next.text = "";
	}
}

let waiting = "";

function readAddress() {
	const got = parse(location.hash);
	const next = initialState();
	const value = whole(got.get("value"), types.length);
	const number = whole(got.get("fn"), profile.functions.length / 4);
	const fn = number !== NONE && contexts.box.includes(boxes.of[number]) ? number : NONE;
	if (Object.keys(VIEWS).includes(got.get("view")) && (got.get("view") !== "sandwich" || fn !== NONE)) {
		next.view = got.get("view");
	}
	next.fn = fn === NONE ? NONE : boxes.of[fn];
	next.value = value !== NONE && !isNegative[value] && !isDifference ? value : next.value;
	next.thread = whole(got.get("thread"), threads.length);
	if (isDifference && Object.keys(WIDTH_NAMES).includes(got.get("width"))) {
		next.width = got.get("width");
	}
	next.zoom = got.get("zoom") || "0";
	next.span = readSpan(got.get("span"));
	next.size = SIZES.includes(Number(got.get("size"))) ? Number(got.get("size")) : 1;
	next.range = readRange(got.get("range"));
	next.sort = /^-?[a-z]{1,9}$/.test(got.get("sort") || "") ? got.get("sort") : next.sort;
	waiting = "";
	takeSearch(got, next);
	theme = got.get("dark") === "1" ? "dark" : got.get("dark") === "0" ? "light" : "";
	state = next;
}

function onAddress() {
	if (location.hash.slice(1) === written) {
		return;
	}
	written = location.hash.slice(1);
	start();
}

// --- on paper ---

function setPrinting(isPrinting) {
	if (printing !== isPrinting) {
		printing = isPrinting;
		showTheme();
		redraw();
	}
}

// --- start ---

function start() {
	readAddress();
	showTheme();
	refresh();
	if (waiting) {
		ui.search.value = waiting;
		say("press Enter in the search field to look for its expression");
	}
}

function takeOver() {
	makeHeading();
	makeTable();
	makeMap();
	makeTop();
	makeBottom();
	root.append(svg("style", {}, STYLE), ui.headingBox, ui.tableBox, ui.mapBox, ui.topBox, ui.bottomBox);
	root.removeAttribute("viewBox");
	if (page.width) {
		root.setAttribute("width", page.width);
	} else {
		root.setAttribute("width", "100%");
	}
	if (page.search && CSS.supports("color", page.search)) {
		root.style.setProperty("--match", page.search);
	}
	if (page.ui && CSS.supports("color", page.ui)) {
		root.style.setProperty("--dim", page.ui);
	}
	frames.setAttribute("role", "tree");
	frames.setAttribute("aria-label", "Frames");
	frames.removeAttribute("viewBox");
}

function listen() {
	let width = 0;
	const onSize = () => {
		const now = root.getBoundingClientRect().width + "," + window.innerWidth + "," + window.innerHeight;
		if (now !== width) {
			width = now;
			redraw();
		}
	};
	listenToMoves();
	frames.addEventListener("click", onClick);
	frames.addEventListener("pointerover", onHover);
	frames.addEventListener("pointerleave", onHover);
	frames.addEventListener("focusin", (event) => {
		if (nodeAt(event) !== NONE && nodeAt(event) !== selected) {
			selected = nodeAt(event);
			markSelected(false);
			showDetails();
		}
	});
	root.addEventListener("pointerdown", (event) => {
		pointer = event.pointerType;
		before = selected;
		if (ui.open && !ui.topBox.contains(event.target)) {
			closePanel();
		}
	}, true);
	document.addEventListener("keydown", onKey);
	window.addEventListener("scroll", onScroll, { passive: true });
	window.addEventListener("resize", () => requestAnimationFrame(onSize));
	if (window.ResizeObserver) {
		new ResizeObserver(() => requestAnimationFrame(onSize)).observe(root);
	}
	window.addEventListener("hashchange", onAddress);
	window.addEventListener("popstate", onAddress);
	dark.addEventListener("change", showTheme);
	coarse.addEventListener("change", redraw);
	window.matchMedia("print").addEventListener("change", (event) => setPrinting(event.matches));
	window.addEventListener("beforeprint", () => setPrinting(true));
	window.addEventListener("afterprint", () => setPrinting(false));
}

takeOver();
start();
// a difference opens on its legend and totals, which stand above
if (isUpright() && !isDifference) {
	showRow(zoom);
}
written = location.hash.slice(1);
listen();

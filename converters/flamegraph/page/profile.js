// The page of a flame graph: zoom, search, other views, all in the file itself
//
// The picture holds its profile as JSON (see flamegraph_data.c). From that the page draws by
// itself what the static picture showed, and the rest: only the rows in the window, the widest
// frames first, so the size of a profile does not matter to the browser.
//
// Names are data: they reach the document as text and never as markup. Nothing is fetched and
// nothing is stored; what is shown is written in the address behind the "#".
//
// The files here are parts of one function, joined in the order of page_parts in the Makefile,
// which takes comments and indentation off: so a comment has a line of its own, and no text
// literal goes over several lines. In that order: profile (this file), contexts, time, trees, shown,
// picture, moving, actions, controls, heading, table, keys,
// address.
//
// profile - what the file holds, and values and names as people read them

const SVG = "http://www.w3.org/2000/svg";
const HTML = "http://www.w3.org/1999/xhtml";
const NONE = -1;
const UNKNOWN = -2;
const MARGIN = 10;
const TEXT_MARGIN = 3;
// frames in the document at once; each is a box and perhaps a text
const MOST_DRAWN = 3500;
const MOST_PRINTED = 12000;
// callers are followed as far as this many steps lead before anybody scrolls there
const MOST_STEPS = 2e6;
const MOST_PAPER = 1000;
const LONGEST_PATTERN = 200;
const LONGEST_NAME_SEARCHED = 1000;
const MOST_LISTED = 200;

const frames = document.getElementById("frames");
const source = document.getElementById("profile");
if (!frames || !source) {
	return;
}
// the whole picture; the document is that, or a page of HTML around it
const root = frames.parentNode;
const profile = JSON.parse(source.textContent);
const page = profile.page || {};
const strings = profile.strings;
const threads = profile.threads || [];
const types = profile.values || [];
const isDifference = page.widths !== undefined;

// --- text ---

// What XML cannot hold, halves of characters, and what turns text round are shown as U+FFFD, as the
// static picture does.
function shown(text) {
	return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(^|[^\ud800-\udbff])[\udc00-\udfff]/g,
		(bad, before) => (before || "") + "\ufffd").replace(/[\udc00-\udfff]/g,
		(unit, at, all) => /[\ud800-\udbff]/.test(all[at - 1] || "") ? unit : "\ufffd");
}

function utf8(point) {
	const unit = String.fromCharCode;
	if (point < 0x80) {
		return unit(point);
	}
	// a lone \udc80 to \udcff stands for a byte that is no UTF-8
	if (point >= 0xdc80 && point <= 0xdcff) {
		return unit(point & 0xff);
	}
	const last = unit(0x80 | point & 63);
	if (point < 0x800) {
		return unit(0xc0 | point >> 6) + last;
	}
	const middle = unit(0x80 | point >> 6 & 63) + last;
	return point < 0x10000 ? unit(0xe0 | point >> 12) + middle
		: unit(0xf0 | point >> 18, 0x80 | point >> 12 & 63) + middle;
}

// A key that sorts by bytes; strings of JavaScript sort by halves of characters.
function bytewise(text) {
	return /^[\0-\x7f]*$/.test(text) ? text : Array.from(text, (c) => utf8(c.codePointAt(0))).join("");
}

function compare(a, b) {
	return a < b ? -1 : a > b ? 1 : 0;
}

// Whole number times 10^exponent: 1234567 as 1,234,567; 120 * 10^-2 as 1.2.
function grouped(number, exponent) {
	let digits = String(Math.abs(number));
	let places = Math.max(0, -exponent);
	while (places && digits !== "0" && digits.endsWith("0")) {
		digits = digits.slice(0, -1);
		places--;
	}
	if (digits === "0") {
		return digits;
	}
	digits = digits.padStart(places + 1, "0") + "0".repeat(Math.max(0, exponent));
	const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
	return (number < 0 ? "-" : "") + whole + (places ? "." + digits.slice(-places) : "");
}

function rounded(value, places) {
	// digit by digit, as the static picture does: 1.025 * 100 is less than 102.5
	for (let i = 0; i < places; i++) {
		value *= 10;
	}
	return grouped(Math.trunc(value + (value < 0 ? -0.5 : 0.5)), -places);
}

const TIMES = ["ns", "\u00b5s", "ms", "s"];
const BYTES = ["B", "KiB", "MiB", "GiB", "TiB"];

// In the largest unit in which it is 1 or more, or in the wanted one.
function scaled(value, units, step) {
	const wanted = units.indexOf(page.countunit === "us" ? "\u00b5s" : page.countunit);
	let unit = 0;
	while (unit < units.length - 1 && (wanted >= 0 ? unit < wanted : Math.abs(value) >= step - 0.5)) {
		value /= step;
		unit++;
	}
	const size = Math.abs(value);
	return rounded(value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0) + " " + units[unit];
}

function countName() {
	return shown(page.countname === undefined ? (types[state.value] || {}).name || "" : page.countname);
}

// A value as people read it.
function valueText(value) {
	const type = types[state.value] || {};
	const factor = page.factor || 1;
	const exponent = type.exponent || 0;
	if (type.unit === "bytes") {
		return scaled(value * Math.pow(10, exponent) * factor, BYTES, 1024);
	}
	if (type.unit !== "none") {
		return scaled(value * factor, TIMES, 1000);
	}
	const number = factor === 1 ? grouped(value, exponent) : rounded(value * Math.pow(10, exponent) * factor, 2);
	return !countName() ? number : number + " " + countName();
}

function percent(value, total) {
	const share = total ? value / total : 0;
	const hundredths = Math.trunc(share * 1e4 + (share < 0 ? -0.5 : 0.5));
	return (value && !hundredths ? "<0.01" : grouped(hundredths, -2)) + "%";
}

function plural(count, word) {
	return grouped(count, 0) + " " + word + (count === 1 ? "" : "s");
}

// 1/100 em of ' ' to '~' in a wide sans-serif font, two digits of base 36 each: the static picture's
const WIDTHS = "0w141a2c1s2n260s13131e2c0w100w0y1s1s1s1s1s1s1s1s1s1s0y0y2c2c2c1h2s1x1x1y251r1m26230u0u1u1k2f23271p271y1s1p211x2r1x1p1x130y132c1e1e1q1s1j1s1q101s1s0s0s1m0s2q1s1p1s1s151g141s1n2a1n1n1h1s0y1s2c";

function isWide(c) {
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
		(c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
		(c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

function charWidth(c) {
	if (page.letter) {
		return page.letter;
	}
	if (isWide(c)) {
		return 105;
	}
	const width = c >= 32 && c <= 126 ? parseInt(WIDTHS.substr(2 * (c - 32), 2), 36) : 66;
	return page.family && width < 61 ? 61 : width;
}

// As much of the text as leaves place for "..", all of it, or nothing; room in 1/100 em.
function fitting(text, room) {
	const chars = Array.from(text);
	const fromEnd = page.end === "start";
	const dots = 2 * charWidth(46);
	let width = 0;
	let cut = 0;
	for (let i = 0; i < chars.length; i++) {
		width += charWidth(chars[fromEnd ? chars.length - 1 - i : i].codePointAt(0));
		if (width > room) {
			return cut < 2 ? "" : fromEnd ? ".." + chars.slice(-cut).join("") : chars.slice(0, cut).join("") + "..";
		}
		if (width + dots <= room) {
			cut = i + 1;
		}
	}
	return text;
}

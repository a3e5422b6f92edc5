// Opens pages in headless Chromium.
//
//     echo '[{"file": "x.svg", "picture": "x.png", "speedscope": false}, ...]' | node browse.js
//
// A file is opened as it is, or in the application of speedscope. Prints one JSON list, an object
// a page: what went wrong, the shown text, and what a script of ours counted in an SVG.
"use strict";
const fs = require("fs");
const path = require("path");
const { chromium } = require("playwright-core");

const FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic",
	"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const SITE = "http://speedscope.test/";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json" };

// the site is made of files: nothing is asked of a network
function serve(route, release, profile) {
	const asked = decodeURIComponent(new URL(route.request().url()).pathname);
	const file = asked.startsWith("/profile/") ? profile : path.join(release, asked);
	if (!fs.existsSync(file)) return route.fulfill({ status: 404 });
	return route.fulfill({ body: fs.readFileSync(file), contentType: TYPES[path.extname(file)] || "application/octet-stream" });
}

async function openInSpeedscope(page, task) {
	const release = path.join(path.dirname(require.resolve("speedscope/package.json")), "dist/release");
	await page.unrouteAll();
	await page.goto("about:blank"); // another fragment alone would not load the page anew
	await page.route(SITE + "**", (route) => serve(route, release, task.file));
	await page.goto(`${SITE}index.html#profileURL=${encodeURIComponent(`${SITE}profile/${path.basename(task.file)}`)}`);
	await page.waitForSelector("text=Left Heavy");
	await page.waitForTimeout(1000);
}

async function open(page, errors, task) {
	errors.length = 0;
	try {
		if (task.speedscope) await openInSpeedscope(page, task);
		else await page.goto("file://" + path.resolve(task.file));
		if (task.picture) await page.screenshot({ path: task.picture });
		const seen = await page.evaluate(() => ({
			root: document.documentElement.localName,
			broken: document.getElementsByTagName("parsererror").length,
			boxes: document.querySelectorAll("#frames rect").length,
			visible: [...document.querySelectorAll("#frames rect")].filter((r) => r.getBoundingClientRect().width > 0).length,
			text: document.documentElement.textContent.slice(0, 2000),
		}));
		return { ...seen, errors: [...errors] };
	} catch (error) {
		return { errors: [...errors, String(error)] };
	}
}

async function main() {
	const tasks = JSON.parse(fs.readFileSync(0, "utf8"));
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
	const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
	const errors = [];
	page.on("pageerror", (error) => errors.push(String(error)));
	page.on("console", (message) => { if (message.type() === "error") errors.push(message.text()); });
	const seen = [];
	for (const task of tasks) seen.push(await open(page, errors, task));
	await browser.close();
	console.log(JSON.stringify(seen));
}

main().catch((error) => { console.error(error); process.exit(1); });

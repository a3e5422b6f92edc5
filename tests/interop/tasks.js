// Runs tasks in headless Chromium: a JSON list from standard input, what `use(browser, task)` made of each to
// standard output, as one JSON list. The browser asks for nothing but what the pages ask for.
"use strict";
const fs = require("fs");
const { chromium } = require("playwright-core");

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
	"--disable-component-update", "--disable-sync"];

async function run(use) {
	const tasks = JSON.parse(fs.readFileSync(0, "utf8"));
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
	const results = [];
	for (const task of tasks) results.push(await use(browser, task));
	await browser.close();
	console.log(JSON.stringify(results));
}

module.exports = (use) => run(use).catch((error) => { console.error(error); process.exit(1); });

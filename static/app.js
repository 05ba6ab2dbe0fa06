// What HTML alone cannot do. Every page works without this file.
"use strict";

// Keys that lead somewhere, unless somebody is typing or has switched them off.
document.addEventListener("keydown", (event) => {
  if (document.documentElement.dataset.shortcuts === "off" || event.altKey || event.defaultPrevented) return;
  if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return;
  if (document.querySelector("dialog:modal")) return;
  const isPlain = !event.ctrlKey && !event.metaKey;
  // On a Greek or Cyrillic layout the key of the K has another letter.
  const isK = event.code === "KeyK" || event.key.toLowerCase() === "k";
  const isSearch = isPlain ? event.key === "/" : isK && !event.shiftKey;
  const isHelp = isPlain && event.key === "?";
  if (!(isSearch && box) && !(isHelp && document.getElementById("shortcuts-dialog"))) return;
  event.preventDefault();
  if (isHelp) return showShortcuts();
  box.focus();
  box.select();
});
function showShortcuts() {
  document.getElementById("shortcuts").dispatchEvent(new Event("lookup"));
  document.getElementById("shortcuts-dialog").showModal();
}

// The search box and what it finds: a combobox with its options. The focus stays in the box.
const box = document.getElementById("search");
const hits = () => document.getElementById("hits");
const options = () => [...hits().querySelectorAll("[role=option]")];
const chosen = () => hits().querySelector("[aria-selected=true]");
let isLooking = false; // whether an answer is still wanted
function showHits() {
  hits().hidden = false;
  box.setAttribute("aria-expanded", String(options().length > 0));
  say(hits().dataset.said);
}
function hideHits() {
  isLooking = false;
  choose(null);
  hits().hidden = true;
  box.setAttribute("aria-expanded", "false");
  document.getElementById("hits-said").textContent = "";
}
// What a screen reader hears, also where it is the same words again.
function say(words) {
  const place = document.getElementById("hits-said");
  place.textContent = place.textContent === words ? `${words}\u00a0` : words;
}
function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  box.removeAttribute("aria-activedescendant");
  if (!option) return;
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  box.setAttribute("aria-activedescendant", option.id);
}
function step(by) {
  const all = options();
  const at = all.indexOf(chosen());
  // Past the last one, and before the first, lies the box itself.
  choose(all.at(at < 0 ? (by > 0 ? 0 : -1) : at + by < 0 || at + by >= all.length ? all.length : at + by));
}
function lookUp() {
  isLooking = true;
  box.dispatchEvent(new Event("lookup"));
}
box?.addEventListener("input", () => {
  choose(null); // it was an answer to what stood here before
  isLooking = box.value.trim() !== "";
  if (!isLooking) hideHits();
});
box?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const isOpen = !hits().hidden;
  const isArrow = event.key === "ArrowDown" || event.key === "ArrowUp";
  if (isArrow && isOpen) step(event.key === "ArrowDown" ? 1 : -1);
  else if (isArrow && box.value.trim()) lookUp();
  else if (event.key === "Enter" && isOpen && chosen()) chosen().click();
  else if (event.key === "Escape" && (isOpen || isLooking)) hideHits();
  else return;
  event.preventDefault();
});
// A press on a hit leaves the focus in the box, so that the hit is still there when the finger lifts.
box?.form.addEventListener("mousedown", (event) => { if (event.target.closest("#hits")) event.preventDefault(); });
box?.form.addEventListener("focusout", ({ relatedTarget }) => { if (!box.form.contains(relatedTarget)) hideHits(); });
// Only the answer to what stands in the box is shown, whichever comes last. An empty box asks nothing.
document.addEventListener("htmx:config:request", (event) => {
  if (event.detail.ctx.sourceElement === box && !isLooking) event.preventDefault();
});
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement !== box) return;
  const asked = new URL(ctx.request.action, location).searchParams.get("q");
  const isWanted = isLooking && asked === box.value;
  const hasFailed = ctx.response.status >= 400;
  if (!isWanted || hasFailed) event.preventDefault();
  if (isWanted && hasFailed) giveUp();
  else choose(null);
});
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx?.sourceElement === box) showHits();
});
// Without an answer nothing is shown: what stands there answered something else.
document.addEventListener("htmx:error", ({ detail: { ctx } }) => { if (ctx?.sourceElement === box) giveUp(); });
function giveUp() {
  hideHits();
  hits().replaceChildren(document.getElementById("no-answer").content.cloneNode(true));
  hits().dataset.said = hits().textContent.trim();
  showHits();
}

// The account menu closes when one looks elsewhere.
document.addEventListener("click", (event) => closeMenus((menu) => !menu.contains(event.target)));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus((menu) => { menu.querySelector("summary").focus(); return true; });
});
function closeMenus(when) {
  for (const menu of document.querySelectorAll("details.account[open]")) if (when(menu)) menu.open = false;
}

// Toasts can be dismissed, and good news leaves by itself; a refusal stays until it was read, an undo until it was used.
const TOAST_MS = 8000;
function prepareToasts() {
  for (const toast of document.querySelectorAll(".toast-note:not([data-ready])")) {
    toast.dataset.ready = "";
    const close = toast.querySelector(".toast-close");
    close.hidden = false;
    close.addEventListener("click", () => toast.remove());
    if (toast.matches(".toast-error, :has(form)")) continue;
    let timer = setTimeout(() => toast.remove(), TOAST_MS);
    for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, () => clearTimeout(timer));
    toast.addEventListener("pointerleave", () => { timer = setTimeout(() => toast.remove(), TOAST_MS); });
  }
}

// Empty filters do not belong into the address.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const { request } = ctx;
  if (request.method !== "GET" || !ctx.sourceElement.matches("form[method=get]")) return;
  for (const [name, value] of [...request.body.entries()]) if (value === "") request.body.delete(name);
});

// A new try: what was said of the one before is out of date.
let submitter = null;
document.addEventListener("submit", (event) => {
  submitter = event.submitter?.id;
  if (event.target.method !== "post") return;
  for (const toast of document.querySelectorAll(".toast-note")) if (!toast.contains(event.target)) toast.remove();
  // An undo leads to another page: a second press would only break off the first one.
  if (event.target.matches(".toast-undo")) event.submitter.disabled = true;
});

// A refused form gets the focus where it is wrong; one that went through keeps it on its button.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  prepare();
  tellNews();
  if (ctx?.response?.status >= 400) {
    (document.querySelector("main [aria-invalid=true]") ?? document.querySelector("main [data-next-step]"))?.focus();
  }
  else if (submitter && document.activeElement === document.body) {
    // Where its button is gone too, the next step says where to go on.
    (document.getElementById(submitter) ?? document.querySelector("main [data-next-step]"))?.focus();
  }
  submitter = null;
});

// A page that nobody looks at asks for nothing; `visibilitychange` in its hx-trigger makes up for it.
document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement } = event.detail.ctx;
  if (document.hidden && sourceElement.getAttribute("hx-trigger")?.startsWith("every ")) event.preventDefault();
});

// What changes by itself is also said, but not every three seconds: the end at once, all else at times.
const NEWS_MS = 15000;
let newsAt = Date.now();
function tellNews() {
  const source = document.querySelector("[data-news]");
  const place = document.getElementById("news");
  if (!place || !source || place.textContent === source.dataset.news) return;
  const hasEnded = !source.hasAttribute("hx-trigger");
  if (!hasEnded && Date.now() - newsAt < NEWS_MS) return;
  newsAt = Date.now();
  place.textContent = source.dataset.news;
}

// What was saved needs its form no longer.
document.addEventListener("view-saved", () => document.getElementById("save-view").hidePopover());

// A button copies the link that stands beside it, where the browser lets a script do so.
function prepareCopying() {
  if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
}
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const copying = navigator.clipboard.writeText(new URL(button.dataset.copy, location).href);
  copying.then(() => "The link is copied.", () => "The browser refused. Mark the link and copy it by hand.").then(announce);
});
function announce(sentence) {
  const toast = document.getElementById("toast").content.cloneNode(true);
  toast.querySelector(".toast-text").textContent = sentence;
  document.getElementById("toasts").append(toast);
  prepareToasts();
}

// A button prints the page as it stands.
function preparePrinting() {
  for (const button of document.querySelectorAll("[data-print][hidden]")) button.hidden = false;
}
document.addEventListener("click", ({ target }) => { if (target.closest("[data-print]")) window.print(); });

// Charts: the figures stand in a table beside each; this draws them.
const drawn = new Map();
const isSmall = (place) => place.classList.contains("chart-small");
const heightOf = (place) => (isSmall(place) ? 144 : 224);
function drawCharts() {
  if (!window.uPlot) return;
  for (const place of document.querySelectorAll(".chart")) {
    const figures = place.dataset.chart;
    const shown = drawn.get(place);
    if (shown?.figures === figures) continue;
    const wanted = JSON.parse(figures);
    // New figures move the curve that stands there, and leave alone what is under the pointer.
    if (shown) shown.chart.setData(rowsOf(wanted));
    drawn.set(place, { figures, chart: shown?.chart ?? draw(place, wanted) });
    widths.observe(place);
  }
}
const rowsOf = ({ x, series }) => [x, ...series.map((s) => s.values)];
const widths = new ResizeObserver((changes) => {
  for (const { target } of changes) drawn.get(target)?.chart.setSize({ width: target.clientWidth, height: heightOf(target) });
});
function draw(place, wanted) {
  const { x, series, step } = wanted;
  const css = getComputedStyle(document.documentElement);
  const colour = (name) => css.getPropertyValue(name).trim();
  const axis = { stroke: colour("--sb-quiet"), grid: { stroke: colour("--sb-line"), width: 1 }, ticks: { show: false } };
  const { options, xScale, xAxis, xValue, most, yAxis, yValue } = step === "span" ? overSpans(wanted) : overTime(wanted);
  return new uPlot({
    width: place.clientWidth, height: heightOf(place), ...options,
    legend: { show: !isSmall(place), live: true }, cursor: { show: !isSmall(place) },
    scales: { x: xScale, y: { range: (_, low, high) => [0, most ?? Math.max(high * 1.05, 4)] } },
    axes: [{ ...axis, ...xAxis }, { ...axis, size: 56, ...yAxis }],
    series: [
      { label: step === "span" ? "Within" : "Time", value: (_, v) => (v == null ? "–" : xValue(v)) },
      ...series.map(({ name, colour: variable, fill, stepped }) => ({
        label: name, stroke: colour(variable), width: 2, points: { show: x.length < 3 },
        fill: fill ? colour(variable) + "22" : undefined,
        paths: stepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
        value: (_, v) => (v == null ? "–" : yValue(v)),
      })),
    ],
  }, rowsOf(wanted), place);
}
// Counts over time, in a zone.
function overTime({ zone, step }) {
  const inZone = (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone);
  return {
    options: { tzDate: inZone },
    xAxis: { values: (_, ticks) => ticks.map((t) => label(inZone(t), step, ticks)) },
    xValue: (t) => label(inZone(t), step === "day" ? step : "full"),
    yAxis: { values: (_, ticks) => ticks.map((t) => (Number.isInteger(t) ? t.toLocaleString("en") : "")) },
    yValue: (v) => v.toLocaleString("en"),
  };
}
// Shares over spans of time, of which each unit has as much room as the next.
const HOUR = 3600;
const MARKS = [1, 10, 60, 300, 600, 1800, HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR];
const MARK_PX = 60;
function overSpans({ x }) {
  const span = (s) => (s % 60 ? `${s} s` : s % HOUR ? `${s / 60} min` : `${s / HOUR} h`);
  const percent = (share, digits) => `${(share * 100).toFixed(digits)} %`;
  const [first, last] = [x[0], x.at(-1)];
  const place = (chart, s) => (chart.width * Math.log(s / first)) / Math.log(last / first);
  // From the end, which is always named, as many as there is room for.
  const thinned = (chart, kept, s) => (kept.length && place(chart, kept[0]) - place(chart, s) < MARK_PX ? kept : [s, ...kept]);
  return {
    xScale: { time: false, distr: 3, range: () => [first, last] },
    xAxis: {
      splits: (chart) => MARKS.filter((s) => s >= first && s <= last).reduceRight((kept, s) => thinned(chart, kept, s), []),
      filter: (_, marks) => marks,
      values: (_, marks) => marks.map(span),
    },
    xValue: span,
    most: 1,
    yAxis: { splits: [0, 0.25, 0.5, 0.75, 1], values: (_, marks) => marks.map((share) => percent(share, 0)) },
    yValue: (share) => percent(share, 1),
  };
}
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
function label(date, step, ticks) {
  const day = `${date.getDate()} ${MONTHS[date.getMonth()]}`;
  const minute = `${date.getHours()}:${String(date.getMinutes()).padStart(2, "0")}`;
  if (step === "full") return `${day}, ${minute}`;
  const isWide = ticks && ticks.length > 1 && ticks[1] - ticks[0] >= 86400;
  return step === "day" || isWide || (date.getHours() === 0 && date.getMinutes() === 0) ? day : minute;
}
// The other theme has other colours.
new MutationObserver(() => {
  for (const { chart } of drawn.values()) chart.destroy();
  drawn.clear();
  drawCharts();
}).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });

// Contacts that are ticked: how many, and all of a page at once.
const selection = () => document.getElementById("selection");
const ticks = () => [...(selection()?.elements ?? [])].filter(({ name }) => name === "ids");
const boxes = () => ticks().filter(({ type }) => type === "checkbox");
// Those of other pages are hidden fields.
const ticked = () => ticks().filter(({ type, checked }) => checked || type === "hidden");
function countTicks() {
  if (!selection()) return;
  const count = ticked().length;
  const here = boxes().filter(({ checked }) => checked).length;
  document.querySelector("[data-ticked]").textContent = count ? `${count} ticked` : "The ticked contacts";
  document.querySelector("[data-untick]").hidden = !count;
  const head = document.querySelector("[data-tick-all]");
  if (head) Object.assign(head, { checked: here > 0 && here === boxes().length, indeterminate: here > 0 && here < boxes().length });
}
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-tick-all]")) for (const tick of boxes()) tick.checked = target.checked;
  else if (target.name !== "ids") return;
  countTicks();
  const which = document.querySelector("#selection [name=which][value=ticked]");
  if (which) which.checked = true;
});
document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-untick]")) return;
  setTicks(new Set());
  countTicks();
  document.querySelector("#selection [name=which][value=ticked]").focus();
});
function setTicks(ids) {
  for (const tick of ticks()) if (tick.type === "hidden") tick.remove();
  for (const tick of boxes()) tick.checked = ids.has(tick.value);
  const here = new Set(boxes().map(({ value }) => value));
  for (const value of ids) {
    if (!here.has(value)) selection().append(Object.assign(document.createElement("input"), { type: "hidden", name: "ids", value }));
  }
}

// Ticks go along from page to page of a list, while its filters, which its form's address carries, stay the same.
function keepTicks() {
  if (!selection()) return;
  sessionStorage.setItem("ticks", JSON.stringify([selection().getAttribute("action"), ticked().map(({ value }) => value)]));
}
function takeTicks() {
  const [address, ids] = JSON.parse(sessionStorage.getItem("ticks") ?? "[]");
  sessionStorage.removeItem("ticks");
  if (address && address === selection()?.getAttribute("action")) setTicks(new Set(ids));
}
addEventListener("pagehide", keepTicks);
addEventListener("pageshow", ({ persisted }) => { if (persisted) { takeTicks(); countTicks(); } });
document.addEventListener("htmx:before:swap", keepTicks);
// Who is taken off the list is not ticked any more.
document.addEventListener("submit", ({ target }) => {
  const tick = target.closest("tr")?.querySelector("[name=ids][form=selection]");
  if (tick) tick.checked = false;
});

// The theme changes without a round trip; the cookie keeps it.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.theme")) return;
  event.preventDefault();
  const theme = event.submitter.value;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
  const root = document.documentElement;
  root.dataset.theme = theme;
  root.dataset.bsTheme = theme === "system" ? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light") : theme;
  for (const button of event.target.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === event.submitter));
});

function prepare() { prepareToasts(); prepareCopying(); preparePrinting(); takeTicks(); countTicks(); drawCharts(); }
prepare();

// A file that is too large is refused before it is sent: the server could say so only after it was.
document.addEventListener("change", ({ target }) => {
  if (!target.matches("input[type=file][data-most-mb]")) return;
  const most = Number(target.dataset.mostMb);
  const isLarge = [...target.files].some((file) => file.size > most * 1_000_000);
  target.setCustomValidity(isLarge ? `The file is larger than ${most} MB. Split it, and import the parts one by one.` : "");
  target.form.noValidate = !isLarge;
  target.reportValidity();
});

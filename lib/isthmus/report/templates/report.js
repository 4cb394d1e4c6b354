// The page's script: charts, sortable tables, the scorecard. Scripts of sections follow it and use its hooks:
//   prepare(name, spec, width)  changes a chart before it is drawn;  drawn(name)  runs after it;
//   postponed(name)  says that the section draws this chart itself;  start()  runs once, may return a promise;
//   last()  runs when all charts are drawn.  goTo(element)  shows a part of the page that an address names.
const data = await unpackedPage();
const byId = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat("en");
const MISSING = "–";
const views = {};

const decimals = (value, digits) =>
  value === null || value === undefined ? MISSING : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");
const measure = (value) =>
  value === null || value === undefined ? MISSING : value > 0 && value < 0.001 ? "< 0.001" : decimals(value, value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3);
const probability = (value) => (value === null || value === undefined ? MISSING : value < 0.001 ? "< 0.001" : value.toFixed(3));

const hooks = { prepare: [], drawn: [], postponed: [], start: [], last: [] };
const specs = {}; // chart -> what was drawn, with its data

// ---- charts: drawn at the width they have, again when it changes
const queue = {};
function draw(name) {
  // one drawing of a chart at a time; a wish that comes meanwhile waits
  queue[name] = (queue[name] || Promise.resolve()).then(() => embed(name)).catch((error) => console.error(name, error));
  return queue[name];
}

// Panels keep their size, as many in a row as fit; what is wider than the page is drawn smaller as a whole.
const AROUND = 70;
function sideBySide(spec, width) {
  const rows = spec.vconcat || [spec];
  if (!rows.every((row) => row.hconcat && row.hconcat.every((panel) => typeof panel.width === "number"))) return;
  const panels = rows.flatMap((row) => row.hconcat);
  if (panels.some((panel) => panel.facet || panel.encoding?.row || panel.encoding?.facet)) return;
  delete spec.vconcat;
  delete spec.hconcat;
  spec.concat = panels;
  spec.columns = Math.max(1, Math.floor(width / (Math.max(...panels.map((panel) => panel.width)) + AROUND)));
  for (const panel of panels) panel.width = Math.min(panel.width, Math.max(120, width - AROUND));
}

// Small multiples: as many panels in a row as fit, all equally wide.
const PANEL = 130, BETWEEN = 14;
function smallMultiples(spec, width) {
  spec.columns = Math.max(2, Math.floor((width - AROUND / 2) / (PANEL + BETWEEN)));
  spec.spec.width = Math.floor((width - AROUND / 2) / spec.columns) - BETWEEN;
}

async function embed(name) {
  const element = byId("chart-" + name);
  const width = Math.floor(element.clientWidth);
  if (!width) return;
  const spec = JSON.parse(JSON.stringify(data.charts[name]));
  const kind = element.classList;
  if (spec.hconcat || spec.vconcat || spec.concat) sideBySide(spec, width);
  else if (spec.facet) smallMultiples(spec, width);
  else {
    spec.width = width;
    spec.autosize = { type: kind.contains("map") ? "pad" : "fit-x", contains: "padding" };
  }
  if (kind.contains("matrix") && width < 700) spec.layer[0].encoding.x.axis.labelFontSize = spec.layer[0].encoding.y.axis.labelFontSize = 10;
  hooks.prepare.forEach((prepare) => prepare(name, spec, width));
  if (width < 480) {
    // legends below each other, long names in one column
    spec.config.legend.columns = kind.contains("longnames") ? 1 : 2;
    spec.config.legend.layout = { top: { direction: "vertical", anchor: "start" } };
  }
  specs[name] = spec;
  views[name]?.finalize();
  const result = await vegaEmbed(element, spec, { actions: false, renderer: "svg", tooltip: { theme: "custom" } });
  views[name] = result.view;
  element.dataset.width = String(width);
  for (const drawn of hooks.drawn) await drawn(name);
  element.dataset.drawn = "true";
}

const names = Object.keys(data.charts).filter((name) => byId("chart-" + name));
let waiting = 0;
const watcher = new ResizeObserver(() => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    for (const name of names) {
      const element = byId("chart-" + name);
      if (element.dataset.drawn && Math.abs(Number(element.dataset.width) - element.clientWidth) > 1) draw(name);
    }
  }, 150);
});

// ---- tables
// What a cell sorts by: its value where the words are rounded or a range, else the number that it shows.
function numberOf(cell) {
  const words = cell.dataset.value ?? cell.textContent.replaceAll(",", "").replace("−", "-");
  return words.trim() === "" ? NaN : Number.parseFloat(words);
}
function makeSortable(table, changed) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    if (!heading.dataset.type) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    heading.textContent = "";
    heading.append(button);
    button.addEventListener("click", () => {
      const before = heading.getAttribute("aria-sort");
      const numeric = heading.dataset.type === "number";
      const descending = before ? before === "ascending" : numeric;
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const value = (row) => {
        const cell = row.cells[column];
        return numeric ? numberOf(cell) : cell.textContent;
      };
      const rows = [...table.tBodies[0].rows].map((row) => [value(row), row]);
      const order = (a, b) => (numeric ? (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : (a - b) * (descending ? -1 : 1)) : a.localeCompare(b, "en") * (descending ? -1 : 1));
      rows.sort((a, b) => order(a[0], b[0]));
      table.tBodies[0].append(...rows.map((row) => row[1]));
      changed?.();
    });
  });
}

function setUpScores() {
  const verdict = byId("score-verdict");
  if (!verdict) return;
  const rows = [...byId("score-table").tBodies[0].rows];
  const show = () => {
    rows.forEach((row) => { row.hidden = verdict.value !== "all" && row.dataset.verdict !== verdict.value; });
    byId("score-status").textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} shown`;
  };
  verdict.addEventListener("change", show);
  show();
}

// Below each chart: its data as CSV, the picture, an address that leads to it, and how to cite it.

// ---- where a reader wants to be: again when all charts are drawn, unless the reader went elsewhere meanwhile
let destination = null;
for (const event of ["wheel", "touchmove", "keydown", "mousedown"]) addEventListener(event, () => { destination = null; }, { passive: true });
function goTo(element) {
  destination = element;
  element?.scrollIntoView({ behavior: "instant" });
}
hooks.last.push(() => destination?.scrollIntoView({ behavior: "instant" }));

// ---- data: rows of a specification, without shapes of the map
const isShape = (row) => row.geometry !== undefined || row.arcs !== undefined;
function tablesIn(node, found = []) {
  if (node === null || typeof node !== "object") return found;
  for (const [key, value] of Object.entries(node)) {
    if (key === "values" && Array.isArray(value)) found.push(value);
    else if (key === "datasets") found.push(...Object.values(value).filter(Array.isArray));
    else tablesIn(value, found);
  }
  return found;
}

// The largest table that a chart draws: one row for each mark; of lines on a map what they stand for.
function rowsOf(spec) {
  const tables = tablesIn(spec).map((rows) => rows.filter((row) => row !== null && typeof row === "object").map((row) => {
    const { geometry, type, ...rest } = row.properties ? { ...row, ...row.properties, properties: undefined } : row;
    return isShape(row) ? rest : row;
  }).filter((row) => Object.values(row).some((value) => typeof value === "number")));
  return tables.reduce((most, rows) => (rows.length > most.length ? rows : most), []);
}

function asCsv(rows) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => rows.some((row) => row[name] !== null && typeof row[name] !== "object" && row[name] !== undefined));
  const cell = (value) => {
    const text = value === null || value === undefined ? "" : String(value);
    // a spreadsheet takes text that begins so for a formula
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [columns, ...rows.map((row) => columns.map((name) => row[name]))].map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

function download(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// ---- the line below a chart
function addTools(name) {
  const element = byId("chart-" + name);
  element.style.minHeight = ""; // it has its own now
  if (element.dataset.tools) return;
  element.dataset.tools = "true";
  const figure = element.closest("figure") ?? element.parentElement;
  let line = figure.querySelector(":scope > .files");
  if (!line) {
    line = document.createElement("p");
    line.className = "files";
    figure.append(line);
  }
  const of = line.childElementCount && figure.querySelectorAll(".chart").length > 1 ? ` ${[...figure.querySelectorAll(".chart")].indexOf(element) + 1}` : "";
  const tool = (words, does) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tool";
    button.textContent = words + of;
    button.setAttribute("aria-label", `${words}: ${name.replaceAll(/[_-]/g, " ")}`);
    button.addEventListener("click", does);
    line.append(button);
    return button;
  };
  tool("CSV", () => download(`${name}.csv`, asCsv(rowsOf(specs[name])), "text/csv"));
  if (!line.querySelector("a[href$='.svg']")) tool("SVG", async () => download(`${name}.svg`, await views[name].toSVG(), "image/svg+xml"));
  const link = document.createElement("a");
  link.href = `#chart-${name}`;
  link.textContent = `Link${of}`;
  line.append(link);
  const cite = tool("Cite", () => {
    let said = figure.querySelector(":scope > .cite");
    if (said) {
      said.remove();
      cite.setAttribute("aria-expanded", "false");
      return;
    }
    said = document.createElement("p");
    said.className = "note cite";
    said.textContent = `${data.citation}; figure ${name}.`;
    line.after(said);
    cite.setAttribute("aria-expanded", "true");
  });
  cite.setAttribute("aria-expanded", "false");
}
hooks.drawn.push(addTools);

// ---- room for a chart before it is drawn, so that the page does not jump
for (const [name, spec] of Object.entries(data.charts)) {
  if (byId("chart-" + name) && typeof spec.height === "number") byId("chart-" + name).style.minHeight = `${spec.height + 60}px`;
}
if (location.hash.startsWith("#chart-")) goTo(byId(location.hash.slice(1)));

// ---- the glossary on hover and focus: the first time that a term stands in a section
function explainTerms() {
  const meanings = new Map([...document.querySelectorAll("#glossary dt")].map((term) => [term.textContent.toLowerCase(), term.nextElementSibling.textContent]));
  if (!meanings.size) return;
  const words = [...meanings.keys()].sort((a, b) => b.length - a.length).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(${words.join("|")})(?![\\p{L}\\p{N}])`, "giu");
  for (const section of document.querySelectorAll("main > section:not(#glossary)")) {
    const met = new Set();
    for (const block of section.querySelectorAll("p:not(.status):not([id]), figcaption, .tiles dt")) {
      const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT, (node) => (node.parentElement.closest("a, button, code, abbr, label, svg") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
      const texts = [];
      while (walker.nextNode()) texts.push(walker.currentNode);
      for (const text of texts) mark(text, pattern, meanings, met);
    }
  }
}
function mark(text, pattern, meanings, met) {
  const pieces = [];
  let from = 0;
  for (const found of text.data.matchAll(pattern)) {
    const term = found[0].toLowerCase();
    if (met.has(term)) continue;
    met.add(term);
    const abbr = document.createElement("abbr");
    abbr.textContent = found[0];
    abbr.title = meanings.get(term);
    abbr.tabIndex = 0;
    pieces.push(text.data.slice(from, found.index), abbr);
    from = found.index + found[0].length;
  }
  if (pieces.length) text.replaceWith(...pieces, text.data.slice(from));
}
explainTerms();

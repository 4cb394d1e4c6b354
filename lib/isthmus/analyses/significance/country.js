// Any country: a box that knows codes, names and aliases, and the ties of the country that was named.
// as in isthmus.analyses.significance.country_section.plain
const plainName = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll(".", "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();

// The code of what was written: a name, code or alias; else the only name that begins so; null where none or several do.
function codeOf(text) {
  const words = plainName(text);
  if (!words) return null;
  if (data.aliases[words]) return data.aliases[words];
  const begin = new Set(Object.entries(data.aliases).filter(([name]) => name.startsWith(words)).map(([, code]) => code));
  return begin.size === 1 ? [...begin][0] : null;
}

// Rows of the table of ties that a country has part in, firm ones first.
const GRADE_ORDER = ["firm", "probable"];
const tieColumns = Object.fromEntries([...(byId("ties-table")?.tHead.rows[0].cells ?? [])].map((heading, at) => [heading.dataset.field, at]));
const cellOf = (row, field) => row.cells[tieColumns[field]];
const endsOf = (row) => row.dataset.pair.split("|");
function tiesOf(code) {
  const rows = [...(byId("ties-table")?.tBodies[0].rows ?? [])].filter((row) => endsOf(row).includes(code) && GRADE_ORDER.includes(row.dataset.grade));
  const times = (row) => Number(cellOf(row, "times").dataset.value);
  return rows.sort((a, b) => GRADE_ORDER.indexOf(a.dataset.grade) - GRADE_ORDER.indexOf(b.dataset.grade) || times(b) - times(a));
}

function countrySummary(code, rows) {
  const name = data.names[code];
  const parts = Object.entries(data.networks).map(([network, what]) => {
    const own = rows.filter((row) => row.dataset.network === network);
    const firm = (side) => own.filter((row) => row.dataset.grade === "firm" && row.dataset.side === side).length;
    const probable = own.filter((row) => row.dataset.grade === "probable").length;
    return `${what}: ${firm("stronger")} firm above size, ${firm("weaker")} firm below, ${probable} probable`;
  });
  return rows.length ? `${name}. ${parts.join("; ")}.` : `${name}: no tie has a grade of firm or probable, so what size does not explain is not settled.`;
}

function countryRow(code, row) {
  const [src, dst] = endsOf(row);
  const line = document.createElement("tr");
  line.className = row.className;
  const text = (field) => cellOf(row, field).textContent;
  // [words, class]; networks and directions only where the study has several, or any
  const cells = [[data.names[src === code ? dst : src], ""]];
  if (Object.keys(data.networks).length > 1) cells.push([data.networks[row.dataset.network], ""]);
  cells.push([text("grade"), "grade"], [text("times"), "num"], [text("range"), "num"], [text("evidence"), "evidence"], [text("seen"), "num"]);
  if (data.trends) cells.push([data.trends[row.dataset.network]?.[`${src}|${dst}`] ?? "not settled", "evidence"]);
  if (data.hasDirections) cells.push([data.pairs.directions[`${src}|${dst}`] ?? MISSING, ""]);
  for (const [words, kind] of cells) {
    const cell = document.createElement("td");
    cell.textContent = words;
    cell.className = kind;
    line.append(cell);
  }
  const link = document.createElement("a");
  link.href = `#pair=${encodeURIComponent(src)}-${encodeURIComponent(dst)}`;
  link.textContent = "over time";
  link.setAttribute("aria-label", `${data.names[src]} and ${data.names[dst]} over time`);
  line.insertCell().append(link);
  return line;
}

function showCountry(code) {
  const rows = tiesOf(code), name = data.names[code];
  byId("country-status").textContent = "";
  byId("country-summary").textContent = countrySummary(code, rows);
  byId("country-caption").textContent = `Firm and probable ties of ${name}`;
  byId("country-table").hidden = !rows.length;
  byId("country-table").tBodies[0].replaceChildren(...rows.map((row) => countryRow(code, row)));
  byId("country-link").href = `#country=${encodeURIComponent(code)}`;
  byId("country").dataset.shown = code;
}

function setUpCountry() {
  const box = byId("country-name");
  if (!box) return;
  const ofAddress = () => (location.hash.startsWith("#country=") ? codeOf(decodeURIComponent(location.hash.slice("#country=".length))) : null);
  const arrive = () => {
    const code = ofAddress();
    if (!code) return;
    box.value = data.names[code];
    showCountry(code);
    goTo(byId("country"));
  };
  const named = (final) => {
    const code = codeOf(box.value);
    if (code) {
      showCountry(code);
      if (final) history.replaceState(null, "", `#country=${encodeURIComponent(code)}`);
    } else if (final && box.value.trim()) {
      const near = Object.entries(data.names).filter(([, name]) => plainName(name).includes(plainName(box.value))).map(([, name]) => name).slice(0, 5);
      byId("country-status").textContent = near.length ? `Which one: ${near.join(", ")}?` : `No country of this study is called “${box.value.trim()}”.`;
    }
  };
  box.addEventListener("input", () => named(false));
  box.addEventListener("change", () => named(true));
  byId("country-map").addEventListener("click", () => {
    byId("map-focus").value = byId("country").dataset.shown;
    byId("map-focus").dispatchEvent(new Event("change"));
  });
  addEventListener("hashchange", arrive);
  showCountry(data.defaultCountry);
  arrive();
}
hooks.start.push(setUpCountry);

// The map of ties, the table of ties, and the picker of any pair.
// Which ties are asked for: the same choice as in the map's own filter.
const isCalled = (called, side, tie) =>
  called === "published" ? tie.published
    : (side === "all" || tie.direction === side) && (tie.grade === "firm" || (called !== "firm" && tie.grade === "probable") || (called === "all" && tie.grade === "few papers"));

// "CN|US" -> network -> field -> series, out of the columns in which the page stores them
const seriesOf = Object.fromEntries(data.pairs.keys.map((key) => [key, {}]));
for (const [network, { keys, ...fields }] of Object.entries(data.pairs.pairs)) {
  keys.forEach((key, at) => {
    seriesOf[key][network] = Object.fromEntries(Object.entries(fields).filter(([, column]) => column[at] !== null).map(([field, column]) => [field, column[at]]));
  });
}

// ---- map
const checkedNetwork = () => document.querySelector("input[name=map-network]:checked")?.value;
async function showMap() {
  const view = views.map;
  if (!view) return;
  const network = checkedNetwork();
  const focus = byId("map-focus").value, called = byId("map-called").value, side = byId("map-side").value;
  const most = Number(byId("map-most")?.value ?? Infinity);
  byId("map-side").disabled = called === "published";
  if (byId("map-most")) byId("map-most").disabled = focus !== "all";
  await view.signal("network", network).signal("focus", focus).signal("called", called).signal("side", side).signal("most", most).runAsync();
  const features = Object.values(data.charts.map.datasets).find((rows) => rows[0]?.tie) || [];
  const fitting = features.filter((tie) => tie.network === network && (focus === "all" || tie.src === focus || tie.dst === focus) && isCalled(called, side, tie));
  const shown = fitting.filter((tie) => focus !== "all" || tie.rank <= most).length;
  const of = focus === "all" ? "" : ` of ${data.names[focus]}`;
  const which = called === "published" ? "by the published rule" : `${side === "stronger" ? "above" : "below"} size, ${data.called[called]}`;
  byId("map-status").textContent = `Shown: ${whole.format(shown)} ${shown === 1 ? "tie" : "ties"}${shown < fitting.length ? `, the most certain of ${whole.format(fitting.length)},` : ""}${of}${data.inNetwork[network]} (${which}).`;
}

// The state of the map as an address: #map=NETWORK,COUNTRY,CALLED,SIDE
const MAP_FIELDS = ["map-focus", "map-called", "map-side"];
const mapAddress = () => `#map=${[checkedNetwork(), ...MAP_FIELDS.map((id) => byId(id).value)].map(encodeURIComponent).join(",")}`;
function mapFromAddress() {
  if (!byId("map-focus") || !location.hash.startsWith("#map=")) return;
  const [network, ...values] = location.hash.slice("#map=".length).split(",").map(decodeURIComponent);
  document.querySelectorAll("input[name=map-network]").forEach((radio) => { if (radio.value === network) radio.checked = true; });
  MAP_FIELDS.forEach((id, at) => { if ([...byId(id).options].some((option) => option.value === values[at])) byId(id).value = values[at]; });
  goTo(byId("map-section"));
  return showMap();
}
function mapChosen() {
  history.replaceState(null, "", mapAddress());
  return showMap();
}

// ---- table of ties
const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
function setUpTies() {
  const table = byId("ties-table");
  if (!table) return;
  const search = byId("ties-search"), network = byId("ties-network"), more = byId("ties-more"), called = byId("ties-called"), side = byId("ties-side");
  const total = table.tBodies[0].rows.length;
  let all = false;
  const show = () => {
    const words = plain(search.value.trim());
    side.disabled = called.value === "published";
    let matching = 0, visible = 0;
    for (const row of table.tBodies[0].rows) {
      const text = plain(row.cells[0].textContent + " " + row.cells[1].textContent);
      const fits = text.includes(words) && (network.value === "all" || row.dataset.network === network.value) && isCalled(called.value, side.value, { grade: row.dataset.grade, direction: row.dataset.side, published: "published" in row.dataset });
      if (fits) matching += 1;
      row.hidden = !fits || (!all && matching > data.firstRows);
      if (!row.hidden) visible += 1;
    }
    byId("ties-status").textContent = matching ? `${whole.format(visible)} shown of ${whole.format(matching)} that match (${whole.format(total)} in all)` : "No tie matches";
    more.hidden = matching <= data.firstRows;
    more.textContent = all ? `Show the first ${data.firstRows} only` : `Show all ${whole.format(matching)}`;
  };
  search.addEventListener("input", show);
  network.addEventListener("change", show);
  called.addEventListener("change", show);
  side.addEventListener("change", show);
  more.addEventListener("click", () => { all = !all; show(); });
  makeSortable(table, show);
  show();
}

// ---- any pair
const first = byId("pair-first"), second = byId("pair-second");
const chosen = () => [first.value, second.value].sort();
function pairRows(onlyFinite) {
  const entry = seriesOf[chosen().join("|")];
  const rows = [];
  for (const network of Object.keys(data.networks)) {
    const fields = entry?.[network];
    if (!fields) continue;
    data.pairs.years.forEach((year, at) => {
      if (fields.weight[at] === null) return;
      const row = { year, network: data.networks[network] };
      for (const field of Object.keys(fields)) row[field] = fields[field][at];
      row.low = Math.max(0, row.expected - row.sd);
      row.high = row.expected + row.sd;
      row.times = row.weight > 0 ? row.weight / row.expected : null; // a logarithm has no zero
      [row.times_low, row.times_high] = data.pairs.limits[row.weight].map((limit) => (row.expected > 0 ? limit / row.expected : null));
      row.z_low ??= row.z; // no interval: a band without width
      row.z_high ??= row.z;
      if (!onlyFinite || row.z !== null) rows.push(row);
    });
  }
  return rows;
}

function planeRows() {
  // one row per year with a z in both networks: smoothed where the pair has a trajectory
  const entry = seriesOf[chosen().join("|")];
  const [across, up] = Object.keys(data.networks).map((network) => entry?.[network]);
  if (!across || !up) return [];
  const smooth = across.smooth && up.smooth;
  const rows = data.pairs.years
    .map((year, at) => ({ year, x: (smooth ? across.smooth : across.z)[at], y: (smooth ? up.smooth : up.z)[at], raw_x: across.z[at], raw_y: up.z[at] }))
    .filter((row) => row.x !== null && row.y !== null && row.raw_x !== null && row.raw_y !== null);
  return rows.map((row, at) => ({ ...row, first: at === 0, mark: at === 0 || at === rows.length - 1 ? String(row.year) : "" }));
}

// as in isthmus.report.statement
const factor = (value) =>
  value === null || !Number.isFinite(value) ? MISSING : value === 0 ? "0" : value < 0.005 ? "< 0.01" : decimals(value, value < 0.995 ? 2 : value < 9.95 ? 1 : 0);
const range = (row) => (row.times_high === null ? MISSING : row.times_low ? `${factor(row.times_low)} to ${factor(row.times_high)}` : `at most ${factor(row.times_high)}`);

function labelWords() {
  const found = data.pairs.labels[chosen().join("|")];
  if (!found) return "";
  const [, kept] = found;
  const often = kept === null ? "" : `; the label is kept in ${Math.round(kept * 100)}% of the resamples`;
  return ` Direction from ${data.span[0]} to ${data.span[1]}: ${data.pairs.directions[chosen().join("|")]}${often}.`;
}

function summary(rows) {
  const [a, b] = [first, second].map((select) => data.names[select.value]);
  if (first.value === second.value) return "Choose two different countries.";
  if (!seriesOf[chosen().join("|")]) {
    return data.pairs.complete
      ? `${a} and ${b} are not linked in the years of this study.`
      : `This page does not hold ${a} and ${b}; pair_tests.parquet beside it does.`;
  }
  const said = data.pairs.statements[chosen().join("|")] || {};
  const parts = Object.entries(data.networks).map(([key, name]) => {
    if (!rows.some((row) => row.network === name)) return `${name}: no year in which both are in the network.`;
    const years = `${data.window[0]}–${data.window[1]}`;
    return said[key] ? `${name}, ${years}: ${said[key]}.` : `${name}: not tested in ${years}.`;
  });
  return `${a} and ${b}. ${parts.join(" ")}${labelWords()}`;
}

async function showPair() {
  const rows = pairRows(false);
  byId("pair-summary").textContent = summary(rows);
  byId("pair-body").hidden = !rows.length;
  byId("pair-caption").textContent = `${data.names[first.value]} and ${data.names[second.value]}, by year`;
  const share = (year) => (data.coverage[year] === undefined ? MISSING : `${Math.round(data.coverage[year] * 100)}%`);
  const body = byId("pair-table").tBodies[0];
  body.replaceChildren(...rows.map((row) => {
    const line = document.createElement("tr");
    const cells = [row.year, row.network, whole.format(row.weight), measure(row.expected), factor(row.weight / row.expected), range(row), decimals(row.z, 2), probability(row.p_upper), probability(row.p_two_sided), ...(Object.keys(data.coverage).length ? [share(row.year)] : [])];
    cells.forEach((text, at) => {
      const cell = document.createElement("td");
      cell.textContent = text;
      if (at > 1) cell.className = "num";
      line.append(cell);
    });
    return line;
  }));
  for (const name of names.filter((each) => each.startsWith("pair-"))) await draw(name);
  byId("pair").dataset.shown = chosen().join("|");
}

function fromAddress() {
  if (!location.hash.startsWith("#pair=")) return false;
  const codes = decodeURIComponent(location.hash.slice("#pair=".length));
  // a bloc's name may hold hyphens: the cut is where both sides are names
  for (let at = codes.indexOf("-"); at > 0; at = codes.indexOf("-", at + 1)) {
    const [one, two] = [codes.slice(0, at), codes.slice(at + 1)];
    if (!data.names[one] || !data.names[two]) continue;
    [first.value, second.value] = [one, two];
    return true;
  }
  return false;
}

function setUpPair() {
  if (!first) return Promise.resolve();
  const picked = () => {
    history.replaceState(null, "", `#pair=${encodeURIComponent(first.value)}-${encodeURIComponent(second.value)}`);
    return showPair();
  };
  first.addEventListener("change", picked);
  second.addEventListener("change", picked);
  byId("pair-swap").addEventListener("click", () => {
    [first.value, second.value] = [second.value, first.value];
    picked();
  });
  addEventListener("hashchange", () => {
    if (fromAddress()) showPair().then(() => goTo(byId("pair")));
  });
  const named = fromAddress();
  return showPair().then(() => named && goTo(byId("pair")));
}

hooks.prepare.push((name, spec, width) => {
  if (byId("chart-" + name).classList.contains("map")) spec.height = Math.round(width * data.mapAspect);
  if (name.startsWith("pair-")) spec.datasets = { ...spec.datasets, pair: pairRows(name === "pair-z"), plane: planeRows() };
});
hooks.drawn.push((name) => (name === "map" ? showMap() : undefined));
hooks.postponed.push((name) => name.startsWith("pair-"));
hooks.start.push(() => {
  setUpTies();
  document.querySelectorAll("input[name=map-network]").forEach((radio) => radio.addEventListener("change", mapChosen));
  byId("map-most")?.addEventListener("input", () => {
    byId("map-most-said").textContent = byId("map-most").value;
    showMap();
  });
  for (const id of MAP_FIELDS) byId(id)?.addEventListener("change", mapChosen);
  addEventListener("hashchange", mapFromAddress);
  mapFromAddress();
  return setUpPair();
});

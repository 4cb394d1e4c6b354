// The last part of the page's script: everything is set up and drawn.
document.querySelectorAll("table.sortable:not(.own-order)").forEach((table) => makeSortable(table));
setUpScores();
const started = names.filter((name) => !hooks.postponed.some((postponed) => postponed(name))).map(draw);
Promise.all([...started, ...hooks.start.map((start) => start())]).then(() => {
  names.forEach((name) => watcher.observe(byId("chart-" + name)));
  document.documentElement.dataset.ready = "true";
});

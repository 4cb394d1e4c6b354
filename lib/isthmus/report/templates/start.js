// The last part of the page's script: everything is set up and drawn, what is in sight first.
document.querySelectorAll("table.sortable:not(.own-order)").forEach((table) => makeSortable(table));
setUpScores();

// ---- contents: marked where one is; folded on a narrow screen
const menu = byId("menu"), narrow = matchMedia("(max-width: 60rem)");
const links = [...menu.querySelectorAll("a")];
const fold = () => { menu.open = !narrow.matches; };
narrow.addEventListener("change", fold);
fold();
menu.addEventListener("click", (event) => { if (narrow.matches && event.target.matches("a")) menu.open = false; });
function markWhere() {
  const passed = links.filter((link) => byId(link.hash.slice(1))?.getBoundingClientRect().top < innerHeight / 3);
  links.forEach((link) => link.removeAttribute("aria-current"));
  const here = passed.at(-1) || links[0];
  here.setAttribute("aria-current", "true");
  byId("menu-where").textContent = here.textContent;
}
addEventListener("scroll", markWhere, { passive: true });
markWhere();

// ---- what is folded is drawn when it is opened, by hand or by an address
const folded = (name) => byId("chart-" + name).closest("details:not([open])");
document.addEventListener("toggle", (event) => {
  if (event.target.open) event.target.querySelectorAll(".chart").forEach((chart) => drawOnce(chart.id.replace(/^chart-/, "")));
}, true);
function unfold() {
  const element = location.hash.length > 1 && byId(location.hash.slice(1));
  for (let around = element && element.closest("details:not([open])"); around; around = around.parentElement.closest("details:not([open])")) around.open = true;
}
addEventListener("hashchange", unfold);
unfold();

// ---- on paper the findings are there, folded or not
addEventListener("beforeprint", () => document.querySelector(".all-findings")?.setAttribute("open", ""));

// ---- charts
const begun = new Map();
function drawOnce(name) {
  if (!begun.has(name)) begun.set(name, draw(name));
  return begun.get(name);
}
const nearby = new IntersectionObserver((entries) => entries.forEach((entry) => {
  if (entry.isIntersecting) drawOnce(entry.target.id.replace(/^chart-/, ""));
}), { rootMargin: "50%" });
const own = names.filter((name) => !hooks.postponed.some((postponed) => postponed(name)));
own.forEach((name) => nearby.observe(byId("chart-" + name)));

// the rest follows while nobody waits, so that the page can be printed and searched as a whole
const aMoment = () => new Promise((resume) => (window.requestIdleCallback ? requestIdleCallback(resume, { timeout: 200 }) : setTimeout(resume, 20)));
async function drawTheRest() {
  for (const name of own.filter((each) => !folded(each))) {
    await aMoment();
    await drawOnce(name);
  }
}
Promise.all([drawTheRest(), ...hooks.start.map((start) => start())]).then(() => {
  names.forEach((name) => watcher.observe(byId("chart-" + name)));
  hooks.last.forEach((last) => last());
  document.documentElement.dataset.ready = "true";
});

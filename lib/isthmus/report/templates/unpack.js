"use strict";
// The page's data and its charting library are deflated: see isthmus.report.packed.
async function unpacked(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
}

// Charts refer to what several of them share by its number.
function withShared(node, shared) {
  if (node === null || typeof node !== "object") return node;
  if (node["isthmus-shared"] !== undefined) return shared[node["isthmus-shared"]];
  for (const [key, value] of Object.entries(node)) {
    if (value !== null && typeof value === "object") node[key] = withShared(value, shared);
  }
  return node;
}

async function unpackedPage() {
  if (!window.DecompressionStream) {
    document.getElementById("old-browser").hidden = false;
    throw new Error("this browser has no DecompressionStream");
  }
  const [data, library] = await Promise.all([unpacked("isthmus-data").then(JSON.parse), unpacked("isthmus-library")]);
  const script = document.createElement("script");
  script.textContent = library;
  document.head.append(script);
  withShared(data.charts, data.shared);
  return data;
}

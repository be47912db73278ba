"use strict";
// The page of an exported model: unpacks runtime and network, answers for images, shows the answers.

const byId = (id) => document.getElementById(id);
const how = JSON.parse(byId("how").textContent);
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const number = (value, digits) => value.toLocaleString(how.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
const percent = (share) => `${number(100 * share, 1)}\u00a0%`;

// --- the network --------------------------------------------------------------------------------

// What a block of the page holds: gzip in base64.
async function unpacked(id) {
  const block = byId(id), packed = atob(block.textContent.trim()), bytes = new Uint8Array(packed.length);
  block.remove();
  for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
  return inflated(new Blob([bytes]), "gzip");
}

async function start() {
  const [script, binary, network] = await Promise.all(["script", "binary", "network"].map(unpacked));
  const place = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const runtime = await import(place);
  URL.revokeObjectURL(place);
  Object.assign(runtime.env.wasm, { numThreads: 1, proxy: false, wasmBinary: binary.buffer });
  runtime.env.logLevel = "error";
  const session = await runtime.InferenceSession.create(network, { executionProviders: ["wasm"] });
  return async (pixels) => {
    const shape = [1, how.size, how.size, how.channels];
    const tensor = new runtime.Tensor("uint8", pixels, shape);
    const found = await session.run({ [how.input]: tensor });
    return found[how.output].data;
  };
}

// Probabilities of scores [classes, places].
function softmax(scores, classes, temperature) {
  const places = scores.length / classes, out = new Float32Array(scores.length);
  for (let p = 0; p < places; p++) {
    let most = -Infinity, sum = 0;
    for (let c = 0; c < classes; c++) most = Math.max(most, scores[c * places + p]);
    for (let c = 0; c < classes; c++) {
      sum += out[c * places + p] = Math.exp((scores[c * places + p] - most) / temperature);
    }
    for (let c = 0; c < classes; c++) out[c * places + p] /= sum;
  }
  return out;
}

// Whether an image is unlike those learnt from, by its scores, as `alih predict` tells; false where
// that is not known.
function unlike(scores) {
  const known = how.familiar;
  if (!known) return false;
  const most = Math.max(...scores);
  const share = -Math.log(scores.reduce((sum, one) => sum + Math.exp(one - most), 0));
  return share < known.log_probability || (known.logit !== null && most < known.logit);
}

// --- an image -----------------------------------------------------------------------------------

const ready = start();

// What the network reads of a file.
async function pixelsOf(file) {
  return square(small(await decoded(file, how), how, how.size), how).data;
}

// {probabilities, shown (calibrated), unlike} of a file, or {width, height, mask, shares} of its pixels.
async function answer(file, tell = () => {}) {
  const run = await ready, classes = how.classes.length;
  if (how.task === "segmentation") return segmented(await decoded(file, how), run, tell);
  const scores = await run(await pixelsOf(file));
  const shown = softmax(scores, classes, how.temperature);
  return { probabilities: softmax(scores, classes, 1), shown, unlike: unlike(scores) };
}

// A mask of the size of the image, made as `alih segment` makes it.
async function segmented(image, run, tell) {
  const { width, height } = image.raster, classes = how.classes.length;
  const source = how.masks === "tiles" ? small(image, how, Infinity) : plane(image, how);
  if (source.width * source.height * classes > how.most) throw new Error("too large");
  const predict = async (tile) => softmax(await run(tile), classes, 1);
  const found = await blended(source, how, classes, predict, tell);
  const mask = likeliest(found, source, classes, width, height);
  const counts = new Array(classes).fill(0);
  for (const one of mask) counts[one]++;
  return { width, height, mask, shares: counts.map((count) => count / mask.length) };
}

// --- showing ------------------------------------------------------------------------------------

const status = (sentence) => { byId("status").textContent = sentence; };

// Lets the browser draw before the processor is taken.
const pause = () => new Promise((done) => setTimeout(done, 30));

let queue = Promise.resolve();

function take(files) {
  const images = [...files];
  queue = queue.then(async () => {
    for (const [index, file] of images.entries()) await show(file, index + 1, images.length);
  });
  return queue;
}

async function show(file, index, total) {
  const name = file.name || how.words.pasted;
  status(fill(how.words.working, { name, index, total }));
  await pause();
  const part = (share) => status(fill(how.words.tiles, { name, share: percent(share) }));
  try {
    const found = await answer(file, async (share) => { part(share); await pause(); });
    const said = how.task === "segmentation" ? areas(found) : classes(found);
    place(name, file, found, said);
    status(fill(how.words.answered, { name, answer: `${said[0][0]} ${percent(said[0][1])}` }));
  } catch (error) {
    console.error(error);
    const why = error.message === "too large" ? how.words.too_large : how.words.unreadable;
    const sentence = fill(why, { name });
    const box = byId("failed").content.firstElementChild.cloneNode(true);
    box.querySelector("p").textContent = sentence;
    byId("answers").prepend(box);
    status(sentence);
  }
}

const ranked = (shares) => [...shares].map((share, i) => [how.classes[i], share, i]).sort((a, b) => b[1] - a[1]);
const classes = (found) => ranked(found.shown);
const areas = (found) => ranked(found.shares);

const FIRST = 5;

function place(name, file, found, said) {
  const part = byId("answer").content.firstElementChild.cloneNode(true);
  const title = part.querySelector("h3"), picture = part.querySelector("img");
  title.textContent = how.task === "segmentation" ? name : `${said[0][0]}, ${percent(said[0][1])}`;
  part.querySelector(".file").textContent = how.task === "segmentation" ? "" : name;
  picture.src = URL.createObjectURL(file);
  picture.alt = fill(how.words.picture, { name });
  const rows = part.querySelector("tbody"), all = part.querySelector("button");
  const fillRows = (count) => rows.replaceChildren(...said.slice(0, count).map((one) => row(...one)));
  fillRows(FIRST);
  all.hidden = said.length <= FIRST;
  all.addEventListener("click", () => { fillRows(said.length); all.hidden = true; });
  part.querySelector("caption span").textContent = fill(how.words.caption, { name });
  part.querySelector(".unlike").hidden = !found.unlike;
  if (found.mask) overlay(part.querySelector("canvas"), found);
  byId("answers").prepend(part);
}

function row(name, share, index) {
  const line = document.createElement("tr"), head = document.createElement("th");
  const cell = document.createElement("td"), bar = document.createElement("span");
  const value = document.createElement("span");
  head.scope = "row";
  head.className = name.length > 24 ? "long" : "";
  if (how.colours) {
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.background = how.colours[index];
    head.append(swatch);
  }
  head.append(name);
  cell.className = "barred";
  cell.dataset.label = how.words.share;
  bar.className = "bar";
  bar.style.setProperty("--w", share.toFixed(4));
  value.textContent = percent(share);
  cell.append(bar, value);
  line.append(head, cell);
  return line;
}

const SIDE = 1600, COLOUR = 0.55;

// Every class but the background in its colour, over the picture.
function overlay(canvas, { width, height, mask }) {
  const step = Math.max(1, Math.ceil(Math.max(width, height) / SIDE));
  canvas.width = Math.ceil(width / step);
  canvas.height = Math.ceil(height / step);
  const context = canvas.getContext("2d"), drawn = context.createImageData(canvas.width, canvas.height);
  const rgb = how.colours.map((one) => [1, 3, 5].map((at) => parseInt(one.slice(at, at + 2), 16)));
  for (let y = 0, at = 0; y < height; y += step) {
    for (let x = 0; x < width; x += step, at += 4) {
      const one = mask[y * width + x];
      drawn.data.set([...rgb[one], one === how.background ? 0 : Math.round(255 * COLOUR)], at);
    }
  }
  context.putImageData(drawn, 0, 0);
  canvas.hidden = false;
}

// --- what the reader does -----------------------------------------------------------------------

for (const input of document.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => { take(input.files).then(() => { input.value = ""; }); });
}
addEventListener("dragover", (event) => { event.preventDefault(); byId("drop").classList.add("over"); });
addEventListener("dragleave", () => byId("drop").classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  byId("drop").classList.remove("over");
  take(event.dataTransfer.files);
});
addEventListener("paste", (event) => take(event.clipboardData.files));
byId("camera").hidden = !matchMedia("(pointer: coarse)").matches;
byId("licences").addEventListener("toggle", async (event) => {
  for (const [block, text] of [["licence-block", "licence"], ["notices-block", "notices"]]) {
    if (event.target.open && byId(block)) byId(text).textContent = new TextDecoder().decode(await unpacked(block));
  }
});
ready.then(
  () => { status(how.words.ready); document.documentElement.dataset.state = "ready"; },
  (error) => { console.error(error); status(how.words.failed); document.documentElement.dataset.state = "failed"; });
// For whoever wants answers without the page around them.
Object.assign(globalThis, { alih: { answer, pixelsOf, ready } });

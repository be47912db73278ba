"use strict";
(() => {
  const told = JSON.parse(document.getElementById("told").textContent);
  const at = (id) => document.getElementById(id);
  const percent = (share) =>
    new Intl.NumberFormat(told.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(100 * share) + "\u00a0%";
  const say = (key, values = {}) =>
    told.words[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));

  at("here").textContent = location.origin + "/";
  let shown = { plain: "", over: "" };
  let asked = null;

  function status(text, busy) {
    at("status").textContent = text;
    at("status").classList.toggle("busy", busy);
  }

  function fail(text) {
    status("", false);
    at("error").textContent = text;
    at("error").hidden = false;
    at("answer").hidden = true;
  }

  /* Answers come one at a time: a new picture takes the place of one that is still waited for. */
  async function ask(file) {
    if (asked) asked.abort();
    const own = (asked = new AbortController());
    at("error").hidden = true;
    if (file.size > told.limit) return fail(say("too_many_bytes"));
    if (shown.plain) URL.revokeObjectURL(shown.plain);
    shown = { plain: URL.createObjectURL(file), over: "" };
    status(say("working"), true);
    const form = new FormData();
    form.append("file", file);
    let answer;
    try {
      const came = await fetch("predict?top=10&picture=true", {
        method: "POST",
        body: form,
        headers: { "Accept-Language": told.lang },
        signal: own.signal,
      });
      answer = await came.json();
    } catch (error) {
      if (error.name !== "AbortError") fail(say(error instanceof SyntaxError ? "failed" : "no_server"));
      return;
    }
    if (answer.error) return fail(answer.error.message);
    show(file.name, answer);
  }

  function bar(name, share, colour) {
    const row = document.createElement("li");
    const label = document.createElement("span");
    label.className = "name";
    label.textContent = name;
    const value = document.createElement("span");
    value.className = "share";
    value.textContent = percent(share);
    const track = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    track.setAttribute("class", "track");
    track.setAttribute("aria-hidden", "true");
    track.setAttribute("viewBox", "0 0 100 1");
    track.setAttribute("preserveAspectRatio", "none");
    const part = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    part.setAttribute("width", 100 * share);
    part.setAttribute("height", 1);
    if (colour) part.style.fill = colour;
    track.append(part);
    row.append(label, value, track);
    return row;
  }

  function show(name, answer) {
    const image = answer.images[0];
    const masks = answer.task === "segmentation";
    const rows = masks
      ? [...image.areas].sort((a, b) => b.share - a.share).map((area) => [area.name, area.share, area.colour])
      : image.classes.map((one) => [one.name, one.probability, null]);
    const [first, share] = rows[0];
    at("bars").replaceChildren(...rows.map((row) => bar(...row)));
    at("sentence").textContent = say(masks ? "covers" : "answer", { name: first, share: percent(share) });
    at("unlike").hidden = !image.unlike;
    at("unlike").textContent = image.unlike ? say("unlike") : "";
    shown.over = image.picture ? "data:image/jpeg;base64," + image.picture : "";
    at("switch").hidden = !shown.over;
    at("overlay").checked = masks && Boolean(shown.over);
    at("download").hidden = !masks;
    if (masks) at("download").href = "data:image/png;base64," + image.mask;
    if (!masks && !shown.over) at("caption").textContent = say("unseen");
    at("picture").dataset.name = name;
    at("picture").dataset.task = answer.task;
    draw();
    status(say("seconds", { seconds: new Intl.NumberFormat(told.lang, { maximumFractionDigits: 2 }).format(answer.seconds) }), false);
    at("answer").hidden = false;
    at("answer").focus({ preventScroll: true });
    at("answer").scrollIntoView({ block: "nearest" });
  }

  function draw() {
    const over = at("overlay").checked && shown.over;
    const picture = at("picture");
    const text = over ? say(picture.dataset.task === "segmentation" ? "mask" : "seen") : "";
    picture.src = over || shown.plain;
    picture.alt = say("alt", { name: picture.dataset.name }) + (text ? " " + text : "");
    if (shown.over) at("caption").textContent = text;
  }

  function take(files) {
    const found = [...files].find((file) => file.type.startsWith("image/")) || files[0];
    if (found) ask(found);
    else fail(say("no_image"));
  }

  for (const id of ["file", "photo"]) {
    at(id).addEventListener("change", (event) => {
      if (event.target.files.length) take(event.target.files);
      event.target.value = ""; // so that the same picture can be chosen again
    });
  }
  at("overlay").addEventListener("change", draw);
  at("form").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("paste", (event) => {
    if (event.clipboardData) take(event.clipboardData.files);
  });
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    at("drop").classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) at("drop").classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    at("drop").classList.remove("over");
    take(event.dataTransfer.files);
  });
})();

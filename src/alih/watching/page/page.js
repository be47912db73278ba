"use strict";
(() => {
  const told = JSON.parse(document.getElementById("told").textContent);
  const at = (id) => document.getElementById(id);
  const say = (key, values = {}) =>
    told.words[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  const PAUSE = 2000; // between two questions, in milliseconds
  const DASHES = [[], [9, 5], [9, 4, 2, 4], [2, 4], [14, 4], [6, 3, 2, 3, 2, 3], [4, 4], [1, 3]];
  const COLOURS = 8;
  let state = null;
  let curves = null;
  let plot = null;
  let hidden = new Set(); // arms that are not drawn
  let tags = {};
  let heard = Date.now();
  let place = null; // the epoch that the reader stands at
  let byKey = false;

  /* Asking */

  async function ask(path, key) {
    const came = await fetch(path, {
      cache: "no-store",
      headers: tags[key] ? { "If-None-Match": tags[key], "Accept-Language": told.lang } : { "Accept-Language": told.lang },
    });
    if (came.status === 304) return null;
    if (!came.ok) throw new Error(came.status);
    const found = await came.json();
    tags[key] = came.headers.get("ETag");
    return found;
  }

  async function update() {
    try {
      const found = await ask(`state.json?lang=${told.lang}`, "state");
      heard = Date.now();
      offline(false);
      if (found) {
        state = found;
        show();
      }
      if (state && state.metrics && state.metrics.length) await fetchCurves();
    } catch (error) {
      offline(true);
    }
  }

  async function fetchCurves() {
    const metric = at("metric").value;
    const level = at("level").value || "0";
    const path = `curves.json?lang=${told.lang}&metric=${encodeURIComponent(metric)}&level=${level}`;
    const found = await ask(path, path);
    if (found) {
      tags = { state: tags.state, [path]: tags[path] };
      curves = found;
      draw();
    }
  }

  function offline(is) {
    document.body.classList.toggle("offline", is);
    at("offline").hidden = !is;
    const minutes = Math.floor((Date.now() - heard) / 60000);
    const text = is ? say("no_server") + (minutes ? " " + say("no_server_for", { time: minutes }) : "") : "";
    set(at("offline"), text);
  }

  /* What is shown without curves */

  function set(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function make(name, text, kind) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }

  function show() {
    const has = Boolean(state.title);
    document.body.dataset.phase = state.phase;
    set(at("phase"), state.phase_text + (state.left ? " " + state.left : ""));
    list("next", state.next ? [said(state.next)] : []);
    at("error").hidden = !state.error;
    set(at("error"), state.error || "");
    at("study").hidden = !has;
    at("meter").hidden = !has;
    if (!has) return;
    set(at("name"), state.name);
    set(at("title"), state.title);
    document.title = `${state.done}/${state.total} · ${state.title}`;
    at("question").hidden = !state.question;
    set(at("question"), state.question);
    at("meter").setAttribute("aria-valuemax", state.total);
    at("meter").setAttribute("aria-valuenow", state.done);
    at("meter").firstElementChild.style.width = `${(100 * state.done) / Math.max(1, state.total)}%`;
    set(at("counts"), say("progress", { done: state.done, total: state.total }) + ": " + state.counts.map((one) => one.text).join(", "));
    set(at("changed"), state.changed ? say("updated", { time: state.changed }) : "");
    list("verdicts", [
      ...state.verdicts.given.map(verdict),
      ...state.verdicts.waiting.map((text) => said(text, "waits")),
      ...state.verdicts.rounds.map((text) => make("p", text, "waits")),
    ]);
    list("plan", state.promise.map((text) => make("p", text)));
    list("notes", state.notes.map((text) => make("p", text, "box")));
    at("reasons").hidden = !state.reasons.length;
    list("reason-list", state.reasons.map(reason));
    table();
    choices("metric", state.metrics.map((one) => [one.key, one.name]));
    choices("level", state.levels.map((text, index) => [String(index), text]));
    at("level-label").hidden = state.levels.length < 2;
    at("curves").hidden = !state.metrics.length;
    at("no-curves").hidden = Boolean(state.metrics.length);
    set(at("no-curves"), say("no_curves"));
  }

  /* Elements are replaced only where something has changed, so that a selection, or the place of a
     screen reader, stays. */
  function list(id, elements) {
    const now = elements.map((one) => one.outerHTML).join("");
    if (at(id).dataset.shown === now) return;
    at(id).dataset.shown = now;
    at(id).replaceChildren(...elements);
  }

  /* A sentence whose commands stand between backticks. */
  function said(text, kind) {
    const made = make("p", undefined, kind);
    text.split("`").forEach((part, index) => made.append(index % 2 ? make("code", part) : part));
    return made;
  }

  function verdict(one) {
    const box = make("div", undefined, `verdict ${one.verdict}`);
    if (one.badge) box.append(make("p", one.badge, "badge"));
    box.append(make("p", one.text, "sentence"));
    return box;
  }

  function reason(one) {
    const row = make("li");
    row.append(make("strong", one.cell), ` ${one.text}`);
    return row;
  }

  function choices(id, wanted) {
    const key = JSON.stringify(wanted);
    const element = at(id);
    if (element.dataset.shown === key) return;
    element.dataset.shown = key;
    const before = element.value;
    element.replaceChildren(...wanted.map(([value, name]) => new Option(name, value)));
    if (wanted.some(([value]) => value === before)) element.value = before;
  }

  function table() {
    const [head, body] = [at("cells").tHead.rows[0], at("cells").tBodies[0]];
    const names = state.columns;
    if (head.cells.length !== names.length) {
      head.replaceChildren(
        ...names.map((name, index) => {
          const cell = make("th", name, index < 2 ? "head" : "");
          cell.scope = "col";
          return cell;
        }),
      );
    }
    while (body.rows.length > state.cells.length) body.deleteRow(-1);
    state.cells.forEach((one, place) => {
      const row = body.rows[place] || grown(body, names);
      if (row.className !== one.state) row.className = one.state;
      one.values.forEach((value, index) => set(row.cells[index].lastChild, value));
      const share = one.state === "running" && one.share !== null ? one.share : 0;
      row.cells[2].classList.toggle("done", share > 0);
      row.cells[2].style.backgroundSize = `${100 * share}% 100%`;
    });
  }

  function grown(body, names) {
    const row = body.insertRow();
    names.forEach((name, index) => {
      const cell = make(index ? "td" : "th", undefined, index === 1 ? "state" : "");
      if (!index) cell.scope = "row";
      cell.dataset.label = name;
      if (index === 1) cell.append(make("i"));
      cell.append(document.createTextNode(""));
      row.append(cell);
    });
    return row;
  }

  /* Curves */

  function css(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function value(number) {
    if (number === null || number === undefined) return "–";
    const digits = curves.share ? 1 : 3;
    const form = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    const text = new Intl.NumberFormat(told.lang, form).format(curves.share ? 100 * number : number);
    return curves.share ? text + "\u00a0%" : text;
  }

  function legend() {
    const drawn = curves.arms.map((name, arm) => [name, arm]).filter(([, arm]) => curves.series.some((one) => one.arm === arm));
    const key = JSON.stringify(drawn);
    if (at("arms").dataset.shown === key) return;
    at("arms").dataset.shown = key;
    at("arms").replaceChildren(
      ...drawn.map(([name, arm]) => {
        const label = make("label");
        const box = make("input");
        box.type = "checkbox";
        box.checked = !hidden.has(arm);
        box.addEventListener("change", () => {
          box.checked ? hidden.delete(arm) : hidden.add(arm);
          draw();
        });
        label.append(box, sample(arm), name);
        return label;
      }),
    );
  }

  function sample(arm) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 36 12");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    Object.entries({ x1: 0, x2: 36, y1: 6, y2: 6, "stroke-width": 2.5, "stroke-dasharray": DASHES[arm % COLOURS].join(" ") }).forEach(
      ([name, text]) => line.setAttribute(name, text),
    );
    line.style.stroke = `var(--arm${arm % COLOURS})`;
    svg.append(line);
    return svg;
  }

  function shown() {
    const training = at("training").checked;
    return curves.series.filter((one) => !hidden.has(one.arm) && (training || one.kind === "validation"));
  }

  function draw() {
    legend();
    const series = shown();
    const epochs = [...new Set(series.flatMap((one) => one.epochs))].sort((a, b) => a - b);
    const index = new Map(epochs.map((epoch, order) => [epoch, order]));
    const data = [
      epochs,
      ...series.map((one) => {
        const row = new Array(epochs.length).fill(null);
        one.epochs.forEach((epoch, order) => (row[index.get(epoch)] = one.values[order]));
        return row;
      }),
    ];
    const name = at("metric").selectedOptions[0];
    set(at("chart-name"), say("curve_label", { metric: name ? name.textContent : "" }));
    if (plot) plot.destroy();
    const [ink, grid] = [css("--ink"), css("--grid")];
    const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 }, font: `12px ${css("--sans")}` };
    const chart = at("chart");
    plot = new uPlot(
      {
        width: Math.max(chart.clientWidth, 200),
        height: chart.clientHeight,
        scales: { x: { time: false } },
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        axes: [
          { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000], label: say("epoch"), labelSize: 22, labelFont: axis.font },
          { ...axis, size: 62, values: (_, ticks) => ticks.map(tick(ticks)) },
        ],
        series: [
          {},
          ...series.map((one) => ({
            stroke: css(`--arm${one.arm % COLOURS}`),
            width: one.kind === "validation" ? 2 : 1,
            alpha: one.kind === "validation" ? 1 : 0.6,
            dash: one.kind === "validation" ? DASHES[one.arm % COLOURS] : [2, 2],
            spanGaps: true,
            points: { show: epochs.length < 2, size: 7, fill: css(`--arm${one.arm % COLOURS}`) },
          })),
        ],
        hooks: {
          setCursor: [
            (own) => {
              if (own.cursor.idx === null || own.cursor.idx === undefined || own.cursor.left < 0) return;
              stand(own.data[0][own.cursor.idx]);
            },
          ],
        },
      },
      data,
      chart,
    );
    chart.setAttribute("aria-valuemin", epochs[0] ?? 1);
    chart.setAttribute("aria-valuemax", epochs.at(-1) ?? 1);
    stand(place === null || !index.has(place) ? (epochs.at(-1) ?? null) : place);
    if (byKey) move(0);
  }

  const tick = (ticks) => (number) => {
    const scale = curves.share ? 100 : 1;
    const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) * scale : 1;
    const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9)));
    const form = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(told.lang, form).format(scale * number) + (curves.share ? "\u00a0%" : "");
  };

  /* The values at an epoch, in words: mean and span over the runs of each arm. */
  function stand(epoch) {
    if (epoch === null) return set(at("readout"), "");
    const last = plot && plot.data[0].at(-1);
    place = epoch === last && !byKey ? null : epoch;
    const training = at("training").checked;
    const parts = [];
    curves.arms.forEach((name, arm) => {
      if (hidden.has(arm)) return;
      const means = (training ? ["training", "validation"] : ["validation"]).map((kind) => {
        const found = curves.series
          .filter((one) => one.arm === arm && one.kind === kind)
          .map((one) => one.values[one.epochs.indexOf(epoch)])
          .filter((one) => one !== undefined && one !== null);
        if (!found.length) return "–";
        const mean = value(found.reduce((sum, one) => sum + one, 0) / found.length);
        return found.length > 1 && !training ? `${mean} (${value(Math.min(...found))} – ${value(Math.max(...found))})` : mean;
      });
      if (means.some((one) => one !== "–")) parts.push(`${name} ${means.join(" / ")}`);
    });
    const text = say("at_epoch", { epoch, values: parts.join("; ") });
    set(at("readout"), text);
    at("chart").setAttribute("aria-valuenow", epoch);
    at("chart").setAttribute("aria-valuetext", text);
  }

  function move(steps) {
    const epochs = plot ? plot.data[0] : [];
    if (!epochs.length) return;
    const now = epochs.indexOf(place === null ? epochs.at(-1) : place);
    const next = Math.max(0, Math.min(epochs.length - 1, (now < 0 ? epochs.length - 1 : now) + steps));
    byKey = true;
    plot.setCursor({ left: plot.valToPos(epochs[next], "x"), top: 10 });
    stand(epochs[next]);
  }

  at("chart").addEventListener("keydown", (event) => {
    const far = plot ? plot.data[0].length : 0;
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -far, End: far }[event.key];
    if (steps === undefined) return;
    event.preventDefault();
    move(steps);
  });
  at("chart").addEventListener("blur", () => (byKey = false));
  at("metric").addEventListener("change", () => fetchCurves().catch(() => offline(true)));
  at("level").addEventListener("change", () => fetchCurves().catch(() => offline(true)));
  at("training").addEventListener("change", () => curves && draw());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => curves && draw());
  new ResizeObserver(() => {
    const chart = at("chart");
    if (plot && chart.clientWidth && Math.abs(plot.width - chart.clientWidth) > 1) {
      plot.setSize({ width: chart.clientWidth, height: chart.clientHeight });
    }
  }).observe(at("chart"));

  (async function watch() {
    for (;;) {
      if (!document.hidden) await update();
      await new Promise((done) => {
        const timer = setTimeout(done, PAUSE);
        document.addEventListener(
          "visibilitychange",
          () => {
            clearTimeout(timer);
            done();
          },
          { once: true },
        );
      });
    }
  })();
})();

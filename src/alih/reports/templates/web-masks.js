"use strict";
// Masks of images of any size from a network that reads squares: what inspect/segment.py and
// inspect/tiles.py do. Shares are {classes} maps [height, width] one after the other.

const OVERLAP = 0.5, MARGIN = 0.25, PLANE = 1 << 24;

// The image as small as training images were.
function plane(image, how) {
  const { width, height } = image.raster, size = how.size;
  if (how.resize === "squash" || width === height) {
    return resized(small(image, how, size), size, size, null, how);
  }
  const longest = Math.floor(PLANE / size), least = Math.min(width, height);
  const [w, h] = [width, height].map((side) =>
    Math.min(longest, Math.max(size, rounded((side * size) / least))));
  return resized(small(image, how, Math.max(w, h)), w, h, null, how);
}

// To the nearest whole number, halves to the even one, as Python rounds.
function rounded(value) {
  const low = Math.floor(value), part = value - low;
  return part < 0.5 || (part === 0.5 && low % 2 === 0) ? low : low + 1;
}

// Tiles along one side: length, where each starts, weights that sum to one at every pixel.
function axis(side, tile) {
  const length = Math.min(side, tile);
  const step = Math.max(1, length - Math.ceil(OVERLAP * length));
  const steps = Math.ceil((side - length) / step);
  const starts = Array.from({ length: steps + 1 }, (_, i) => (steps ? rounded((i * (side - length)) / steps) : 0));
  const total = new Float64Array(side);
  const windows = starts.map((start, i) => {
    const before = i ? starts[i - 1] + length - start : 0;
    const after = i < steps ? start + length - starts[i + 1] : 0;
    const own = Float64Array.from({ length }, (_, x) => fade(x, before) * fade(length - 1 - x, after));
    own.forEach((value, x) => { total[start + x] += value; });
    return own;
  });
  return { length, starts, weights: windows.map((own, i) => own.map((value, x) => value / total[starts[i] + x])) };
}

function fade(x, overlap) {
  const margin = overlap * MARGIN;
  const place = (x + 0.5 - margin) / Math.max(overlap - 2 * margin, 1e-9);
  return Math.sin((Math.PI / 2) * Math.min(Math.max(place, 0), 1)) ** 2;
}

// Place in a row of `length` of a pixel beyond its ends, mirrored without doubling the edge.
function mirrored(at, length) {
  if (length === 1) return 0;
  const period = 2 * (length - 1), found = ((at % period) + period) % period;
  return found < length ? found : period - found;
}

// Shares of classes for every pixel of a raster. `predict(pixels)` answers for one square; `tell`
// hears which part is done.
async function blended(raster, how, classes, predict, tell) {
  const { width, height, channels, data } = raster, size = how.size;
  const rows = axis(height, size), columns = axis(width, size);
  const out = new Float32Array(classes * width * height);
  const above = Math.floor((size - rows.length) / 2), left = Math.floor((size - columns.length) / 2);
  const total = rows.starts.length * columns.starts.length;
  let done = 0;
  for (const [j, top] of rows.starts.entries()) {
    for (const [i, first] of columns.starts.entries()) {
      const tile = new Uint8Array(size * size * channels);
      for (let y = 0, at = 0; y < size; y++) {
        const row = top + mirrored(y - above, rows.length);
        for (let x = 0; x < size; x++) {
          const from = (row * width + first + mirrored(x - left, columns.length)) * channels;
          for (let c = 0; c < channels; c++) tile[at++] = data[from + c];
        }
      }
      const said = await predict(tile);
      for (let c = 0; c < classes; c++) {
        for (let y = 0; y < rows.length; y++) {
          const from = (c * size + y + above) * size + left, to = (c * height + top + y) * width + first;
          const down = rows.weights[j][y], across = columns.weights[i];
          for (let x = 0; x < columns.length; x++) out[to + x] += said[from + x] * down * across[x];
        }
      }
      done++;
      if (total > 1) await tell(done / total);
    }
  }
  return out;
}

// The most probable class of each pixel of the image, shares brought to its size bilinearly.
function likeliest(shares, source, classes, width, height) {
  const columns = between(source.width, width), rows = between(source.height, height);
  const mask = new Uint8Array(width * height), area = source.width * source.height;
  for (let y = 0, at = 0; y < height; y++) {
    const upper = rows.first[y] * source.width, lower = rows.second[y] * source.width, v = rows.share[y];
    for (let x = 0; x < width; x++, at++) {
      const l = columns.first[x], r = columns.second[x], u = columns.share[x];
      let best = -1;
      for (let c = 0; c < classes; c++) {
        const map = c * area;
        const one = shares[map + upper + l] * (1 - v) + shares[map + lower + l] * v;
        const two = shares[map + upper + r] * (1 - v) + shares[map + lower + r] * v;
        const value = one * (1 - u) + two * u;
        if (value > best) {
          best = value;
          mask[at] = c;
        }
      }
    }
  }
  return mask;
}

// For each place of the new side its neighbours on the old one, and the second one's weight.
function between(old, length) {
  const first = new Int32Array(length), second = new Int32Array(length), share = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const place = Math.min(Math.max(((i + 0.5) * old) / length - 0.5, 0), old - 1);
    first[i] = Math.floor(place);
    second[i] = Math.min(first[i] + 1, old - 1);
    share[i] = place - first[i];
  }
  return { first, second, share };
}

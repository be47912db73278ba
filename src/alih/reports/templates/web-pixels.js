"use strict";
// From an image file to the pixels that the network reads: what data/pictures.py does with Pillow.
// A raster is {width, height, channels: 1 | 3 | 4, data: Uint8Array}, rows from the top.

const DRAFT = 2, LARGE = 1 << 20;

// {raster, orientation, jpeg, large} of an image file: upright, with the channels of the file.
// `large`: a PNG that data/strips.py reads in strips, and so resizes by rows first.
async function decoded(file, how) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (isPng(bytes)) {
    const { raster, orientation, whole } = await png(bytes, how);
    const large = raster.width * raster.height > LARGE && orientation === 1 && !whole;
    return { raster: turned(raster, orientation), orientation, jpeg: false, large };
  }
  const jpeg = bytes[0] === 0xff && bytes[1] === 0xd8, raster = await byBrowser(file, how);
  return { raster, orientation: jpeg ? exifOfJpeg(bytes) : 1, jpeg };
}

// An image with the channels that the network reads. `least` pixels a side are needed: a JPEG of
// more than twice as many is made smaller by a whole factor first.
function small({ raster, orientation, jpeg, large }, how, least) {
  const found = plain(jpeg ? drafted(raster, least, orientation) : raster, how.channels);
  return { ...found, rowsFirst: large };
}

// Whoever decodes it for the browser; colours stay as they lie in the file.
async function byBrowser(file, how) {
  const bitmap = await createImageBitmap(file, {
    colorSpaceConversion: "none", premultiplyAlpha: "none", imageOrientation: "from-image",
  });
  const { width, height } = bitmap;
  checkSize(width, height, how);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { width, height, channels: 4, data: context.getImageData(0, 0, width, height).data };
}

function checkSize(width, height, how) {
  if (width * height > how.maxPixels) throw new Error("too large");
}

// --- channels -----------------------------------------------------------------------------------

// Transparency on white, gray by ITU-R 601 luma or repeated, to the last bit as Pillow.
function plain(raster, channels) {
  const { width, height, data } = raster, from = raster.channels, count = width * height;
  if (from === channels) return raster;
  const out = new Uint8Array(count * channels);
  for (let i = 0; i < count; i++) {
    const at = i * from;
    let r = data[at], g = from === 1 ? r : data[at + 1], b = from === 1 ? r : data[at + 2];
    if (from === 4 && data[at + 3] !== 255) {
      const alpha = data[at + 3];
      r = onWhite(r, alpha);
      g = onWhite(g, alpha);
      b = onWhite(b, alpha);
    }
    if (channels === 1) out[i] = (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
    else {
      out[3 * i] = r;
      out[3 * i + 1] = g;
      out[3 * i + 2] = b;
    }
  }
  return { width, height, channels, data: out };
}

function onWhite(value, alpha) {
  const sum = value * alpha * 128 + 255 * (255 - alpha) * 128 + (0x80 << 7);
  return (((sum >> 8) + sum) >> 8) >> 7;
}

// --- EXIF orientation ---------------------------------------------------------------------------

function exifOfJpeg(bytes) {
  for (let at = 2; at + 4 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1], length = (bytes[at + 2] << 8) | bytes[at + 3];
    if (marker === 0xda) break;
    if (marker === 0xe1 && text(bytes, at + 4, 6) === "Exif\0\0") {
      return orientationIn(bytes.subarray(at + 10, at + 2 + length));
    }
    at += 2 + length;
  }
  return 1;
}

// The orientation (1 as it lies ... 8) in a block of EXIF, a small TIFF.
function orientationIn(block) {
  if (block.length < 14) return 1;
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const little = view.getUint16(0) === 0x4949, start = view.getUint32(4, little);
  if (start + 2 > block.length) return 1;
  const entries = view.getUint16(start, little);
  for (let i = 0; i < entries; i++) {
    const at = start + 2 + 12 * i;
    if (at + 12 > block.length) break;
    if (view.getUint16(at, little) === 0x0112) {
      const value = view.getUint16(at + 8, little);
      return value >= 1 && value <= 8 ? value : 1;
    }
  }
  return 1;
}

function turned(raster, orientation) {
  if (orientation === 1) return raster;
  const { width, height, channels, data } = raster, swapped = orientation >= 5;
  const w = swapped ? height : width, h = swapped ? width : height;
  const out = new Uint8Array(data.length);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const u = mirroredX(orientation) ? w - 1 - x : x, v = mirroredY(orientation) ? h - 1 - y : y;
      const from = (swapped ? u * width + v : v * width + u) * channels, to = (y * w + x) * channels;
      for (let c = 0; c < channels; c++) out[to + c] = data[from + c];
    }
  }
  return { width: w, height: h, channels, data: out };
}

// Whether the corner where the file begins lies at the right, or at the bottom, of the upright image.
const mirroredX = (orientation) => [2, 3, 6, 7].includes(orientation);
const mirroredY = (orientation) => [3, 4, 7, 8].includes(orientation);

// --- JPEG at a fraction of its size -------------------------------------------------------------

// What libjpeg gives when asked for 1/2, 1/4 or 1/8: means of blocks, counted from the corner where
// the file begins.
function drafted(raster, least, orientation) {
  const { width, height, channels, data } = raster, wanted = DRAFT * least;
  const most = Math.min(Math.floor(width / wanted), Math.floor(height / wanted));
  const factor = [8, 4, 2].find((each) => most >= each);
  if (!factor) return raster;
  const w = Math.ceil(width / factor), h = Math.ceil(height / factor);
  const right = mirroredX(orientation) ? w * factor - width : 0;
  const below = mirroredY(orientation) ? h * factor - height : 0;
  const out = new Uint8Array(w * h * channels), area = factor * factor;
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let j = 0; j < factor; j++) {
          const row = clamp(y * factor + j - below, height) * width;
          for (let i = 0; i < factor; i++) {
            sum += data[(row + clamp(x * factor + i - right, width)) * channels + c];
          }
        }
        out[(y * w + x) * channels + c] = Math.floor(sum / area + 0.5);
      }
    }
  }
  return { width: w, height: h, channels, data: out };
}

const clamp = (value, length) => (value < 0 ? 0 : value >= length ? length - 1 : value);

// --- resizing -----------------------------------------------------------------------------------

const FILTERS = {
  bilinear: { support: 1, at: (x) => (x < 0 ? Math.max(0, 1 + x) : Math.max(0, 1 - x)) },
  bicubic: {
    support: 2,
    at(x) {
      const a = -0.5, t = Math.abs(x);
      if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
      return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
    },
  },
};

// Pillow's resize of the box [left, top, right, bottom]: one pass per side, weights of 22 bits, eight
// bits between the passes, a filter as wide as the shrinking asks for. Newer versions of Pillow pass
// over columns first where that shrinks more (`columnsFirst`), which changes how values are rounded.
function resized(raster, width, height, box, how) {
  const [left, top, right, bottom] = box || [0, 0, raster.width, raster.height];
  const filter = FILTERS[how.interpolation], shrunk = raster.height - height;
  const passes = [];
  if (width !== raster.width || left || right !== raster.width) {
    passes.push((one) => across(one, weights(raster.width, left, right, width, filter), width));
  }
  if (height !== raster.height || top || bottom !== raster.height) {
    passes.push((one) => down(one, weights(raster.height, top, bottom, height, filter), height));
  }
  const wanted = how.columnsFirst && !raster.rowsFirst;
  if (wanted && shrunk > 0 && shrunk > 2 * (raster.width - width)) passes.reverse();
  return passes.reduce((one, pass) => pass(one), raster);
}

function weights(length, start, stop, size, filter) {
  const scale = (stop - start) / size, wide = Math.max(scale, 1), support = filter.support * wide;
  const found = [];
  for (let i = 0; i < size; i++) {
    const centre = start + (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const last = Math.min(length, Math.trunc(centre + support + 0.5));
    const values = new Float64Array(last - first), inverse = 1 / wide;
    let sum = 0;
    for (let k = 0; k < values.length; k++) {
      values[k] = filter.at((k + first - centre + 0.5) * inverse);
      sum += values[k];
    }
    const whole = new Int32Array(values.length);
    for (let k = 0; k < values.length; k++) {
      const value = (sum ? values[k] / sum : values[k]) * (1 << 22);
      whole[k] = Math.trunc(value < 0 ? value - 0.5 : value + 0.5);
    }
    found.push({ first, whole });
  }
  return found;
}

const HALF = 1 << 21;
const eightBits = (sum) => (sum < 0 ? 0 : sum >= 1 << 30 ? 255 : sum >> 22);

function across(raster, columns, width) {
  const { height, channels, data } = raster, out = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const row = y * raster.width;
    for (let x = 0; x < width; x++) {
      const { first, whole } = columns[x], at = (row + first) * channels;
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        for (let k = 0; k < whole.length; k++) sum += whole[k] * data[at + k * channels + c];
        out[(y * width + x) * channels + c] = eightBits(sum);
      }
    }
  }
  return { width, height, channels, data: out };
}

function down(raster, rows, height) {
  const { width, channels, data } = raster, line = width * channels;
  const out = new Uint8Array(height * line);
  for (let y = 0; y < height; y++) {
    const { first, whole } = rows[y];
    for (let x = 0; x < line; x++) {
      let sum = HALF;
      for (let k = 0; k < whole.length; k++) sum += whole[k] * data[(first + k) * line + x];
      out[y * line + x] = eightBits(sum);
    }
  }
  return { width, height, channels, data: out };
}

// The square that the network reads; `crop` brings the short side to it and takes the middle.
function square(raster, how) {
  const { width, height } = raster, short = Math.min(width, height);
  const left = (width - short) / 2, top = (height - short) / 2;
  const box = how.resize === "crop" ? [left, top, left + short, top + short] : null;
  return resized(raster, how.size, how.size, box, how);
}

// --- PNG ----------------------------------------------------------------------------------------
// Browsers bring 16 bits to eight in ways of their own, apply gamma, and lose colours below
// transparency.

const PNG_START = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const isPng = (bytes) => PNG_START.every((value, i) => bytes[i] === value);
const text = (bytes, at, length) => String.fromCharCode(...bytes.subarray(at, at + length));

async function png(bytes, how) {
  const head = { orientation: 1, data: [] };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at), kind = text(bytes, at + 4, 4);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (kind === "IHDR") {
      [head.width, head.height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
      [head.depth, head.colour, head.interlaced] = [content[8], content[9], content[12]];
      checkSize(head.width, head.height, how);
    } else if (kind === "PLTE") head.palette = content;
    else if (kind === "tRNS") head.transparent = content;
    else if (kind === "IDAT") head.data.push(content);
    else if (kind === "acTL") head.animated = true;
    else if (kind === "eXIf") head.orientation = orientationIn(content);
    else if (kind === "IEND") break;
    at += 12 + length;
  }
  const raw = await inflated(new Blob(head.data), "deflate");
  const whole = head.interlaced || head.animated || (head.depth === 16 && head.colour !== 0);
  const raster = pngRaster(head, pngSamples(head, raw), how);
  return { raster, orientation: head.orientation, whole };
}

async function inflated(blob, kind) {
  const stream = blob.stream().pipeThrough(new DecompressionStream(kind));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const SAMPLES = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const PASSES = [
  [0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2],
];

// Samples [height, width, samples] as they are stored, 8 or 16 bits wide.
function pngSamples(head, raw) {
  const { width, height, depth } = head, samples = SAMPLES[head.colour];
  const out = new (depth === 16 ? Uint16Array : Uint8Array)(width * height * samples);
  let at = 0;
  for (const [x0, y0, dx, dy] of head.interlaced ? PASSES : [[0, 0, 1, 1]]) {
    const columns = Math.ceil((width - x0) / dx), rows = Math.ceil((height - y0) / dy);
    if (columns <= 0 || rows <= 0) continue;
    const line = Math.ceil((columns * samples * depth) / 8);
    const step = Math.max(1, (samples * depth) >> 3);
    let before = new Uint8Array(line);
    for (let y = 0; y < rows; y++) {
      const row = raw.subarray(at + 1, at + 1 + line);
      if (row.length < line) throw new Error("cut off");
      unfilter(row, before, raw[at], step);
      for (let i = 0; i < columns * samples; i++) {
        const x = x0 + dx * Math.floor(i / samples), place = (y0 + dy * y) * width + x;
        out[place * samples + (i % samples)] = sample(row, i, depth);
      }
      before = row;
      at += 1 + line;
    }
  }
  return out;
}

function sample(row, i, depth) {
  if (depth === 8) return row[i];
  if (depth === 16) return (row[2 * i] << 8) | row[2 * i + 1];
  const bit = i * depth;
  return (row[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

function unfilter(row, above, kind, step) {
  for (let i = 0; i < row.length; i++) {
    const a = i >= step ? row[i - step] : 0, b = above[i], c = i >= step ? above[i - step] : 0;
    if (kind === 1) row[i] += a;
    else if (kind === 2) row[i] += b;
    else if (kind === 3) row[i] += (a + b) >> 1;
    else if (kind === 4) {
      const p = a + b - c, pa = Math.abs(p - a), pb = Math.abs(p - b), pc = Math.abs(p - c);
      row[i] += pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }
  }
}

// Stored samples as a raster: palettes looked up, gray of few bits spread, of 16 bits made eight.
function pngRaster(head, stored, how) {
  const { width, height, depth, colour, palette, transparent } = head, count = width * height;
  const raster = (channels, data) => ({ width, height, channels, data });
  if (colour === 3) {
    const out = new Uint8Array(4 * count);
    for (let i = 0; i < count; i++) {
      const index = stored[i];
      for (let c = 0; c < 3; c++) out[4 * i + c] = palette[3 * index + c] || 0;
      out[4 * i + 3] = transparent && index < transparent.length ? transparent[index] : 255;
    }
    return raster(4, out);
  }
  if (colour === 0 && depth === 16) return raster(1, eightOfSixteen(stored, how.scale));
  const spread = depth < 8 ? 255 / ((1 << depth) - 1) : 1, samples = SAMPLES[colour];
  const eight = depth === 16 ? Uint8Array.from(stored, (value) => value >> 8)
    : spread > 1 ? Uint8Array.from(stored, (value) => value * spread) : stored;
  if (colour === 6) return raster(4, eight);
  const key = transparent && colour !== 4 ? Array.from({ length: samples }, (_, c) => transparent[2 * c + 1]) : null;
  if (colour !== 4 && !key) return raster(samples, eight);
  const out = new Uint8Array(4 * count);
  for (let i = 0; i < count; i++) {
    const at = i * samples;
    for (let c = 0; c < 3; c++) out[4 * i + c] = eight[at + (colour === 2 ? c : 0)];
    const hidden = key && key.every((value, c) => value === eight[at + c]);
    out[4 * i + 3] = colour === 4 ? eight[at + 1] : hidden ? 0 : 255;
  }
  return raster(4, out);
}

function eightOfSixteen(stored, scale) {
  if (!scale) return Uint8Array.from(stored, (value) => value >> 8);
  const [low, high] = scale;
  return Uint8Array.from(stored, (value) =>
    Math.floor(((Math.min(Math.max(value, low), high) - low) * 256) / (high - low + 1)));
}

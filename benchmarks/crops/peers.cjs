// The squares of sharp (attention) and smartcrop.js for the photos in a folder, as JSON on stdout.
// usage: node peers.cjs FOLDER MODULES   (FOLDER/photos.json names the photos and their sizes)
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const [folder, modules] = process.argv.slice(2);
const load = createRequire(path.join(path.resolve(modules), 'package.json'));
const sharp = load('sharp');
const smartcrop = load('smartcrop');
const photos = JSON.parse(fs.readFileSync(path.join(folder, 'photos.json')));
const number = (name) =>
  JSON.parse(fs.readFileSync(path.join(modules, 'node_modules', name, 'package.json'))).version;

// smartcrop.js asks for open, resample and getData; pixels come from sharp instead of a canvas.
const operations = {
  open: async (file) => {
    const { width, height } = await sharp(file).metadata();
    return { file, width, height };
  },
  resample: async (image, width, height) => ({
    file: image.file, width: Math.floor(width), height: Math.floor(height),
  }),
  getData: async ({ file, width, height }) => {
    const data = await sharp(file).resize(width, height, { fit: 'fill' }).ensureAlpha().raw().toBuffer();
    return new smartcrop.ImgData(width, height, data);
  },
};

async function main() {
  const attention = {};
  const smart = {};
  for (const [name, [width, height]] of Object.entries(photos)) {
    const file = path.join(folder, `${name}.png`);
    const side = Math.min(width, height);
    const { info } = await sharp(file)
      .resize(side, side, { fit: 'cover', position: sharp.strategy.attention })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const left = Math.abs(info.cropOffsetLeft ?? 0);
    const top = Math.abs(info.cropOffsetTop ?? 0);
    attention[name] = [left, top, left + side, top + side];
    const crop = (await smartcrop.crop(file, { width: side, height: side, imageOperations: operations })).topCrop;
    smart[name] = [crop.x, crop.y, crop.x + crop.width, crop.y + crop.height];
  }
  process.stdout.write(JSON.stringify({
    [`sharp ${number('sharp')} attention`]: attention,
    [`smartcrop.js ${number('smartcrop')}`]: smart,
  }));
}

main();

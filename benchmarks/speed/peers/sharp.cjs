// Peer: sharp, as its manual shows it, two pictures at a time. OUTPUT FILE...
const path = require('path')
const sharp = require('sharp')

sharp.cache(false)
sharp.concurrency(1)
const [folder, ...files] = process.argv.slice(2)

async function work() {
  for (let file = files.shift(); file; file = files.shift()) {
    await sharp(file)
      .rotate()
      .resize(1024, 1024, { fit: 'cover' })
      .flatten({ background: '#fff' })
      .jpeg({ quality: 90 })
      .toFile(path.join(folder, path.parse(file).name + '.jpg'))
  }
}

Promise.all([work(), work()])

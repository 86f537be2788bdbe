// Plain JavaScript on purpose: an older Node.js must be able to read it in order to be refused by it.
const [major] = process.versions.node.split('.')
if (Number(major) < 24) {
  console.error(
    `brokerspec needs Node.js 24 or newer; this is Node.js ${process.versions.node} (${process.execPath}).\n` +
      'In a checkout, npm ci brings the right one: use npm start, npm test or npm run brokerspec -- <arguments>.\n' +
      'Elsewhere, install Node.js 24, or npm install node@24 beside brokerspec and use npx brokerspec.',
  )
  process.exit(4)
}

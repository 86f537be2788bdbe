import { text } from 'node:stream/consumers'
import passport from 'passport-wsfed-saml2'

// Asks passport-wsfed-saml2 about results. Reads from standard input {"certificate", "realm", "results": [wresult]}, and
// writes for each what it answers: {"accepted": profile} or {"refused": message}.

const { certificate, realm, results } = JSON.parse(await text(process.stdin))
process.stdout.write(JSON.stringify(results.map((wresult) => ask(wresult, certificate, realm))))

function ask(wresult, cert, party) {
  const strategy = new passport.Strategy(
    { realm: party, cert, identityProviderUrl: 'https://sts.test/' },
    (profile, done) => done(null, profile),
  )
  let answer = { refused: 'no answer' }
  strategy.success = (accepted) => (answer = { accepted })
  strategy.fail = (why) => (answer = { refused: String(why?.message ?? why) })
  strategy.error = (why) => (answer = { refused: String(why?.message ?? why) })
  try {
    strategy.authenticate(
      {
        method: 'POST',
        protocol: 'https',
        get: () => 'party.test',
        body: { wa: 'wsignin1.0', wresult },
        headers: {},
        connection: {},
      },
      {},
    )
  } catch (thrown) {
    answer = { refused: String(thrown) }
  }
  return answer
}

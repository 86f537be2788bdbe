import { acquitVariants } from './lawful.ts'
import { shareOf } from './share.ts'

// What a variant does is the same over both wires; that the wires agree is proved with faults.
acquitVariants('https', { runs: 6, oneIn: shareOf(5, 12) })

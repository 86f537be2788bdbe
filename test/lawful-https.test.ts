import { acquitVariants } from './lawful.ts'

acquitVariants('https', 6)

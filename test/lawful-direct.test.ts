import { acquitVariants } from './lawful.ts'

acquitVariants('direct', 30)

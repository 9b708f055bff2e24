import { itComesTrue } from './demo-story.ts'

itComesTrue('heals')

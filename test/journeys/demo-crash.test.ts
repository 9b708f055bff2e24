import { itComesTrue } from './demo-story.ts'

itComesTrue('crash')

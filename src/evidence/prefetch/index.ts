export { type Prefetch, readPrefetch } from './prefetch.ts'

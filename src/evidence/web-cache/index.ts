export { readWebCache, type WebCacheRecord } from './web-cache.ts'

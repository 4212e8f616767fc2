export { readThumbcache, readThumbsDb, type Thumbnail } from './thumbcache.ts'

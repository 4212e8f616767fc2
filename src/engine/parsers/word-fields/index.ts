export { ddeFields, fieldMarks } from './fields.ts'

export { powershellHistory, type TypedCommand } from './powershell-history.ts'

// The dotnet module: assemblies, their classes and what they carry.

import { parseDotnet } from '../../../../parsers/dotnet/index.ts'
import type { Module } from '../module.ts'
import { dotnetType } from './type.ts'
import { dotnetValue, notDotnet } from './value.ts'

export const dotnetModule: Module = {
  name: 'dotnet',
  type: dotnetType,
  open({ bytes, budget }) {
    const dotnet = parseDotnet(bytes, budget)
    return dotnet === undefined ? notDotnet : dotnetValue(dotnet)
  },
}

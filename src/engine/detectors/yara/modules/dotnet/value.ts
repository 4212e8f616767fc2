// The dotnet module's values for one assembly, each made when it is first asked for.

import type { Class, Dotnet, Method } from '../../../../parsers/dotnet/index.ts'
import { once } from '../../../../parsers/pe/index.ts'
import { bytesText } from '../elf/byte-text.ts'

/** What other files have. */
export const notDotnet = {
  is_dotnet: false,
  streams: [],
  guids: [],
  constants: [],
  assembly_refs: [],
  resources: [],
  classes: [],
  field_offsets: [],
  user_strings: [],
  modulerefs: [],
}

export function dotnetValue(dotnet: Dotnet): object {
  const arrays = {
    guids: once(() => dotnet.guids),
    resources: once(() => dotnet.resources),
    classes: once(() => dotnet.classes.map(classValue)),
    assembly_refs: once(() => assemblyRefs(dotnet)),
    modulerefs: once(() => dotnet.moduleRefs),
    user_strings: once(() => dotnet.userStrings.map(bytesText)),
    constants: once(() => dotnet.constants),
    field_offsets: once(() => dotnet.fieldOffsets),
  }
  const value = {
    is_dotnet: true,
    version: dotnet.version,
    streams: dotnet.streams,
    number_of_streams: dotnet.streams.length,
  }
  define(value, 'module_name', () => dotnet.moduleName)
  define(value, 'typelib', () => dotnet.typelib)
  define(value, 'assembly', () => dotnet.assembly)
  for (const [name, make] of Object.entries(arrays)) {
    define(value, name, make)
    define(value, `number_of_${name}`, () => make().length)
  }
  return value
}

function define(target: object, name: string, make: () => unknown): void {
  Object.defineProperty(target, name, { enumerable: true, get: once(make) })
}

function assemblyRefs(dotnet: Dotnet): object[] {
  return dotnet.assemblyRefs.map(({ name, publicKeyOrToken, version }) => ({
    name,
    public_key_or_token: publicKeyOrToken,
    version,
  }))
}

function classValue(type: Class): object {
  const { fullName } = type
  const dot = fullName?.lastIndexOf('.') ?? -1
  return {
    fullname: fullName,
    name: fullName?.slice(dot + 1),
    namespace: dot < 0 ? undefined : fullName?.slice(0, dot),
    visibility: type.visibility,
    type: type.type,
    abstract: type.abstract,
    sealed: type.sealed,
    number_of_base_types: type.baseTypes.length,
    number_of_generic_parameters: type.genericParameters.length,
    number_of_methods: type.methods.length,
    base_types: type.baseTypes,
    generic_parameters: type.genericParameters,
    methods: type.methods.map(methodValue),
  }
}

function methodValue(method: Method): object {
  return {
    name: method.name,
    visibility: method.visibility,
    abstract: method.abstract,
    static: method.static,
    virtual: method.virtual,
    final: method.final,
    return_type: method.returnType,
    number_of_generic_parameters: method.genericParameters.length,
    number_of_parameters: method.parameters.length,
    generic_parameters: method.genericParameters,
    parameters: method.parameters,
  }
}

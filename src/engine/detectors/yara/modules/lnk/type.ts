// What the lnk module looks like to rules (https://virustotal.github.io/yara-x/docs/modules/lnk/).

import type { StructType } from '../module.ts'
import { intConstants } from '../elf/declare.ts'

/** Constants under a name of their own: `lnk.DriveType.FIXED`. */
function enumeration(values: Readonly<Record<string, number>>): StructType {
  return { kind: 'struct', fields: intConstants(values) }
}

export const lnkType: StructType = {
  kind: 'struct',
  fields: {
    ...intConstants({
      FILE_ATTRIBUTE_READONLY: 0x0001,
      FILE_ATTRIBUTE_HIDDEN: 0x0002,
      FILE_ATTRIBUTE_SYSTEM: 0x0004,
      RESERVED_1: 0x0008,
      FILE_ATTRIBUTE_DIRECTORY: 0x0010,
      FILE_ATTRIBUTE_ARCHIVE: 0x0020,
      RESERVED_2: 0x0040,
      FILE_ATTRIBUTE_NORMAL: 0x0080,
      FILE_ATTRIBUTE_TEMPORARY: 0x0100,
      FILE_ATTRIBUTE_SPARSE_FILE: 0x0200,
      FILE_ATTRIBUTE_REPARSE_POINT: 0x0400,
      FILE_ATTRIBUTE_COMPRESSED: 0x0800,
      FILE_ATTRIBUTE_OFFLINE: 0x1000,
      FILE_ATTRIBUTE_NOT_CONTENT_INDEXED: 0x2000,
      FILE_ATTRIBUTE_ENCRYPTED: 0x4000,
    }),
    ShowCommand: enumeration({ NORMAL: 1, MAXIMIZED: 3, MIN_NO_ACTIVE: 7 }),
    DriveType: enumeration({
      UNKNOWN: 0,
      NO_ROOT_DIR: 1,
      REMOVABLE: 2,
      FIXED: 3,
      REMOTE: 4,
      CDROM: 5,
      RAMDISK: 6,
    }),
    ShellItemType: enumeration({
      CONTROL_PANEL_CPL: 0x00,
      CONTROL_PANEL_CATEGORY: 0x01,
      ROOT_FOLDER: 0x1f,
      VOLUME: 0x20,
      FILE_ENTRY: 0x30,
      NETWORK_LOCATION: 0x40,
      COMPRESSED_FOLDER: 0x52,
      URI: 0x61,
      CONTROL_PANEL: 0x71,
      PRINTERS: 0x72,
      COMMON_PLACES_FOLDER: 0x73,
      USERS_FILES_FOLDER: 0x74,
    }),
    is_lnk: 'bool',
    name: 'text',
    creation_time: 'int',
    access_time: 'int',
    write_time: 'int',
    file_size: 'int',
    file_attributes: 'int',
    icon_location: 'text',
    icon_index: 'int',
    show_command: 'int',
    drive_type: 'int',
    drive_serial_number: 'int',
    volume_label: 'text',
    local_base_path: 'text',
    common_path_suffix: 'text',
    relative_path: 'text',
    working_dir: 'text',
    cmd_line_args: 'text',
    overlay_size: 'int',
    overlay_offset: 'int',
    tracker_data: {
      kind: 'struct',
      fields: {
        version: 'int',
        machine_id: 'text',
        droid_volume_id: 'text',
        droid_file_id: 'text',
        droid_birth_volume_id: 'text',
        droid_birth_file_id: 'text',
      },
    },
    target_id_list: {
      kind: 'array',
      item: {
        kind: 'struct',
        fields: {
          item_type: 'int',
          data: 'text',
          cpl_file_path: 'text',
          root_folder_id: 'text',
          volume_name: 'text',
          volume_id: 'text',
          file_entry_name: 'text',
          network_location: 'text',
        },
      },
    },
  },
}

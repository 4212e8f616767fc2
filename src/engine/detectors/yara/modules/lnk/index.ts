// The lnk module: what Windows shortcuts point to and what they run.

import { type Lnk, parseLnk, type ShellItem } from '../../../../parsers/lnk/index.ts'
import { bytesText, utf8Text } from '../elf/byte-text.ts'
import type { Module } from '../module.ts'
import { lnkType } from './type.ts'

export const lnkModule: Module = {
  name: 'lnk',
  type: lnkType,
  open({ bytes }) {
    const lnk = parseLnk(bytes)
    return lnk === undefined ? { is_lnk: false, target_id_list: [] } : lnkValue(lnk, bytes.length)
  },
}

function lnkValue(lnk: Lnk, size: number): object {
  const { strings, linkInfo, tracker } = lnk
  const volume = linkInfo?.volume
  return {
    is_lnk: true,
    name: text(strings.name),
    creation_time: lnk.creationTime,
    access_time: lnk.accessTime,
    write_time: lnk.writeTime,
    file_size: lnk.fileSize,
    file_attributes: lnk.fileAttributes,
    icon_location: text(strings.iconLocation),
    icon_index: lnk.iconIndex,
    show_command: enumeration(lnk.showCommand),
    drive_type: volume && enumeration(volume.driveType),
    drive_serial_number: volume?.serialNumber,
    volume_label: text(volume?.label),
    local_base_path: text(linkInfo?.localBasePath),
    common_path_suffix: text(linkInfo?.commonPathSuffix),
    relative_path: text(strings.relativePath),
    working_dir: text(strings.workingDir),
    cmd_line_args: text(strings.arguments),
    overlay_size: lnk.end === undefined ? undefined : size - lnk.end,
    overlay_offset: lnk.end !== undefined && size > lnk.end ? lnk.end : undefined,
    tracker_data: tracker && {
      version: tracker.version,
      machine_id: text(tracker.machineId),
      droid_volume_id: tracker.droidVolumeId,
      droid_file_id: tracker.droidFileId,
      droid_birth_volume_id: tracker.droidBirthVolumeId,
      droid_birth_file_id: tracker.droidBirthFileId,
    },
    target_id_list: lnk.target.map(itemValue),
  }
}

function itemValue(item: ShellItem): object {
  return {
    item_type: item.type,
    data: bytesText(item.data),
    cpl_file_path: text(item.cplFilePath),
    root_folder_id: item.rootFolderId,
    volume_name: text(item.volumeName),
    volume_id: item.volumeId,
    file_entry_name: text(item.fileEntryName),
    network_location: text(item.networkLocation),
  }
}

function text(string: string | undefined): string | undefined {
  return string === undefined ? undefined : utf8Text(string)
}

/** Values that do not fit YARA-X's signed 32 bits are undefined. */
function enumeration(value: number): number | undefined {
  return value < 0x8000_0000 ? value : undefined
}

#!/usr/bin/env bash
# The data disk: one xfs partition, mounted by UUID. DATA_DISK: device, DATA_DISK_BYTES: its size as described,
# MOUNT_POINT: where, WIPE_SERIAL: serial number of the disk whose content may be destroyed, or empty. Without that serial
# number only a blank disk is partitioned, and only a blank partition of ours is formatted.
PARTITION_NAME=mybinder-data
MIB=1048576
# A disk can hold data that no tool has a name for, as a database on the bare device or an encrypted volume.
SAMPLES=256
# Holds the id of the partition that is being formatted: a killed run is continued, although its partition is not blank.
FORMAT_MARK=$STATE/formatting
SAMPLE_BYTES=65536

main() {
  lock
  local disk filesystem
  disk=$(readlink -e -- "$DATA_DISK") || refuse "there is no device $DATA_DISK; lsblk shows: $(lsblk -dnro NAME,SIZE,TYPE | tr '\n' ',')"
  [ -b "$disk" ] || refuse "$DATA_DISK is not a disk"
  [ "$(lsblk -dnro TYPE -- "$disk")" != part ] || refuse "$DATA_DISK is a partition; name the whole disk"
  check_size "$disk"
  if mountpoint -q -- "$MOUNT_POINT"; then
    filesystem=$(findmnt -nro SOURCE --mountpoint "$MOUNT_POINT" | tail -n 1)
    lsblk -nrpo NAME -- "$disk" | grep -Fxq -- "$filesystem" ||
      refuse "$MOUNT_POINT is mounted from $filesystem, which is not on $DATA_DISK ($disk)"
  else
    filesystem=
    find_or_make "$disk"
    if [ -z "$filesystem" ]; then return 0; fi
  fi
  mount_by_uuid "$filesystem"
  finish
}

# Device names move when a disk is added: the size shows that this is the disk that was meant.
check_size() {
  local actual
  actual=$(blockdev --getsize64 "$1")
  if [ "$((actual * 100))" -lt "$((DATA_DISK_BYTES * 85))" ] || [ "$((actual * 100))" -gt "$((DATA_DISK_BYTES * 115))" ]; then
    refuse "$DATA_DISK has $((actual / 1073741824)) GiB, but the stack file says $((DATA_DISK_BYTES / 1073741824)) GiB; is it the right disk?"
  fi
}

# Sets $filesystem; leaves it empty in a check that finds nothing made yet.
find_or_make() {
  local disk=$1 partition type id
  partition=$(our_partition "$disk")
  if [ -z "$partition" ]; then
    if may_wipe "$disk"; then
      changed "content of $disk: destroyed, as its serial number $WIPE_SERIAL allows"
      if checking; then return 0; fi
      wipefs --quiet --all -- "$disk"
    else
      refuse_if_used "$disk"
    fi
    changed "partition table of $disk"
    if checking; then return 0; fi
    printf 'label: gpt\nname="%s", type=linux\n' "$PARTITION_NAME" | sfdisk --quiet --wipe never "$disk"
    partition=$(our_partition "$disk")
    [ -n "$partition" ] || refuse "the kernel shows no partition of $disk after it was made; reboot the machine and run again"
  fi
  type=$(blkid -p -s TYPE -o value -- "$partition" || true)
  id=$(blkid -p -s PART_ENTRY_UUID -o value -- "$partition")
  if [ -n "$id" ] && [ "$(cat "$FORMAT_MARK" 2>/dev/null || true)" = "$id" ]; then
    changed "filesystem of $partition, where an earlier run was cut off"
    if checking; then return 0; fi
    format "$partition" -f
  elif [ "$type" != xfs ]; then
    if may_wipe "$disk"; then
      changed "content of $partition: destroyed, as the disk's serial number $WIPE_SERIAL allows"
      if checking; then return 0; fi
      wipefs --quiet --all -- "$partition"
    elif [ -n "$type" ]; then
      refuse "$partition holds $type; it is not formatted. $(how_to_free "$disk")"
    else
      refuse_data "$partition" "$disk"
    fi
    changed "filesystem of $partition"
    if checking; then return 0; fi
    mkdir -p "$STATE"
    printf '%s\n' "$id" >"$FORMAT_MARK"
    # Without -f, mkfs itself refuses what holds a filesystem.
    format "$partition"
  fi
  filesystem=$partition
}

# format PARTITION [OPTION]
format() {
  mkfs.xfs -q "${@:2}" -L mybinder "$1"
  sync -- "$1"
  rm -f -- "$FORMAT_MARK"
}

# The disk that the stack file names by its serial number, which no other disk has.
may_wipe() { [ -n "$WIPE_SERIAL" ] && [ "$(serial "$1")" = "$WIPE_SERIAL" ]; }

serial() { lsblk -dnro SERIAL -- "$1"; }

how_to_free() {
  local found
  found=$(serial "$1")
  if [ -n "$found" ]; then
    printf 'To destroy what it holds, set cluster.machine.dataDiskWipe: %s in the stack file' "$found"
  else
    printf 'The disk has no serial number: to destroy what it holds, overwrite it with zeros: blkdiscard --zeroout %s' "$1"
  fi
}

our_partition() {
  local disk=$1 name
  if [ "$(blkid -p -s PTTYPE -o value -- "$disk" || true)" != gpt ]; then return 0; fi
  # The kernel may not have read the table yet, when the run that wrote it was cut off.
  partx --update "$disk" >/dev/null 2>&1 || true
  if command -v udevadm >/dev/null; then udevadm settle || true; fi
  while read -r name; do
    if [ "$(blkid -p -s PART_ENTRY_NAME -o value -- "$name" || true)" = "$PARTITION_NAME" ]; then
      printf '%s\n' "$name"
      return 0
    fi
  done < <(lsblk -nrpo NAME -- "$disk" | tail -n +2)
}

refuse_if_used() {
  local disk=$1 found
  found=$(wipefs --noheadings --output TYPE,LABEL -- "$disk" | tr -s ' \n' '  ')
  found=${found%% }
  if [ -z "$found" ] && [ "$(lsblk -nro NAME -- "$disk" | wc -l)" -gt 1 ]; then found="partitions"; fi
  if [ -n "$found" ]; then
    refuse "$disk is not empty (found: $found); it is not formatted. Name another disk, or move its data away. $(how_to_free "$disk")"
  fi
  refuse_data "$disk" "$disk"
}

# refuse_data DEVICE DISK: refuses a device that has anything but zeros in its first or last MiB or in a sample between.
refuse_data() {
  local device=$1 disk=$2 bytes sample
  bytes=$(blockdev --getsize64 "$device")
  refuse_unless_zero "$device" "$disk" 0 "$MIB"
  refuse_unless_zero "$device" "$disk" "$((bytes - MIB))" "$MIB"
  for ((sample = 1; sample < SAMPLES; sample++)); do
    refuse_unless_zero "$device" "$disk" "$((bytes * sample / SAMPLES))" "$SAMPLE_BYTES"
  done
}

refuse_unless_zero() {
  local device=$1 disk=$2 from=$3 bytes=$4 status=0
  cmp --quiet --ignore-initial="$from:0" --bytes="$bytes" -- "$device" /dev/zero || status=$?
  case $status in
    0) ;;
    1) refuse "$device holds data of an unknown kind (near byte $from); it is not formatted. $(how_to_free "$disk")" ;;
    *) refuse "$device cannot be read near byte $from; see: dmesg | tail" ;;
  esac
}

mount_by_uuid() {
  local filesystem=$1 uuid type kept
  uuid=$(blkid -p -s UUID -o value -- "$filesystem")
  type=$(blkid -p -s TYPE -o value -- "$filesystem")
  touch /etc/fstab
  kept=$(awk -v at="$MOUNT_POINT" '/^[[:space:]]*#/ || $2 != at' /etc/fstab)
  put_file /etc/fstab 644 "${kept:+$kept$'\n'}UUID=$uuid $MOUNT_POINT $type defaults,nofail 0 2"
  if mountpoint -q -- "$MOUNT_POINT"; then return 0; fi
  changed "mount of $MOUNT_POINT"
  if checking; then return 0; fi
  mkdir -p -- "$MOUNT_POINT"
  systemctl daemon-reload
  mount -- "$MOUNT_POINT"
}

main "$@"

#!/usr/bin/env bash
# The data disk: one xfs partition, mounted by UUID. DATA_DISK: device, DATA_DISK_BYTES: its size as described,
# MOUNT_POINT: where. Only a disk without any signature is partitioned, only an empty partition of ours is formatted.
PARTITION_NAME=mybinder-data

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
  local disk=$1 partition type
  partition=$(our_partition "$disk")
  if [ -z "$partition" ]; then
    refuse_if_used "$disk"
    changed "partition table of $disk"
    if checking; then return 0; fi
    printf 'label: gpt\nname="%s", type=linux\n' "$PARTITION_NAME" | sfdisk --quiet --wipe never "$disk"
    partition=$(our_partition "$disk")
    [ -n "$partition" ] || refuse "the kernel shows no partition of $disk after it was made; reboot the machine and run again"
  fi
  type=$(blkid -p -s TYPE -o value -- "$partition" || true)
  case $type in
    xfs) ;;
    "")
      changed "filesystem of $partition"
      if checking; then return 0; fi
      # Without -f, mkfs itself refuses what holds a filesystem.
      mkfs.xfs -q -L mybinder "$partition"
      ;;
    *) refuse "$partition holds $type; it is not formatted. Move its data away, then: wipefs --all $partition" ;;
  esac
  filesystem=$partition
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
    refuse "$disk is not empty (found: $found); it is not formatted. Name another disk, or move its data away, then: wipefs --all $disk"
  fi
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

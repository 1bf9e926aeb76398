// Where the parts of a FAT12 or FAT16 file system lie, for a given size (Microsoft FAT 1.03, "FAT type determination").

export const FAT_SECTOR_BYTES = 512;

/** All counts in sectors of 512 bytes unless named otherwise. */
export type VfatGeometry = {
  totalSectors: number;
  sectorsPerCluster: number;
  clusterBytes: number;
  clusterCount: number;
  fatBits: 12 | 16;
  sectorsPerFat: number;
  rootEntries: number;
  firstFat: number;
  firstRootSector: number;
  firstDataSector: number;
};

const RESERVED_SECTORS = 1;
const FAT_COPIES = 2;
const CLUSTER_SIZES = [4, 8, 16, 32, 64];
// Readers tell FAT12 from FAT16 by 4085 clusters, and some count wrong by up to 16: stay clear of the border.
const MAX_FAT12_CLUSTERS = 4085 - 17;
const MIN_FAT16_CLUSTERS = 4085 + 17;
const MAX_FAT16_CLUSTERS = 65525 - 17;

/**
 * Plans a file system of `sizeBytes` (a multiple of 512) with room for `rootEntries` root entries; undefined when no
 * FAT12 or FAT16 has that size.
 */
export function planGeometry(sizeBytes: number, rootEntries: number): VfatGeometry | undefined {
  for (const sectorsPerCluster of CLUSTER_SIZES) {
    for (const fatBits of [12, 16] as const) {
      const geometry = fitGeometry({
        totalSectors: sizeBytes / FAT_SECTOR_BYTES,
        rootEntries,
        sectorsPerCluster,
        fatBits,
      });
      const { clusterCount } = geometry;
      if (fatBits === 12 && clusterCount >= 1 && clusterCount <= MAX_FAT12_CLUSTERS) return geometry;
      if (fatBits === 16 && clusterCount >= MIN_FAT16_CLUSTERS && clusterCount <= MAX_FAT16_CLUSTERS) return geometry;
    }
  }
  return undefined;
}

function fitGeometry(wanted: {
  totalSectors: number;
  rootEntries: number;
  sectorsPerCluster: number;
  fatBits: 12 | 16;
}): VfatGeometry {
  const { totalSectors, rootEntries, sectorsPerCluster, fatBits } = wanted;
  const rootSectors = (rootEntries * 32) / FAT_SECTOR_BYTES;
  const countClusters = (sectorsPerFat: number): number =>
    Math.floor((totalSectors - RESERVED_SECTORS - FAT_COPIES * sectorsPerFat - rootSectors) / sectorsPerCluster);
  const countFatSectors = (clusters: number): number =>
    Math.ceil(((Math.max(clusters, 0) + 2) * fatBits) / 8 / FAT_SECTOR_BYTES);
  // A larger table leaves fewer clusters, so the first table that suffices is the smallest one.
  let sectorsPerFat = 1;
  while (countFatSectors(countClusters(sectorsPerFat)) > sectorsPerFat) sectorsPerFat++;
  const firstRootSector = RESERVED_SECTORS + FAT_COPIES * sectorsPerFat;
  return {
    totalSectors,
    sectorsPerCluster,
    clusterBytes: sectorsPerCluster * FAT_SECTOR_BYTES,
    clusterCount: countClusters(sectorsPerFat),
    fatBits,
    sectorsPerFat,
    rootEntries,
    firstFat: RESERVED_SECTORS,
    firstRootSector,
    firstDataSector: firstRootSector + rootSectors,
  };
}

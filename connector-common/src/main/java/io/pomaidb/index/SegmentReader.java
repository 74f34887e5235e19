package io.pomaidb.index;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/** Reads the segments of one snapshot, from its own file and from the lists that it shares, as untrusted input. */
final class SegmentReader {
    private static final Pattern CRC = Pattern.compile("[0-9a-f]{8}");
    private static final Pattern BASE_64 =
            Pattern.compile("[A-Za-z0-9+/]{4," + Tombstones.MAX_INLINE_CHARS + "}={0,2}");

    private final long version;
    private final int shards;
    private final Set<UUID> seen = new HashSet<>();
    private long sequence = 1;
    private long bytes;
    private long rows;

    /**
     * A reader of one snapshot's segments.
     *
     * @param version of the snapshot, above which no segment's sequence is
     * @param shards of the snapshot
     */
    SegmentReader(long version, int shards) {
        this.version = version;
        this.shards = shards;
    }

    /** The field {@code segments} of a document; those of a snapshot are read in their order. */
    List<Segment> read(JsonObject document) {
        var segments = new ArrayList<Segment>();
        for (JsonObject json : document.objects("segments")) {
            segments.add(readSegment(json));
        }
        return segments;
    }

    private Segment readSegment(JsonObject json) {
        int shard = json.integer("shard", 0, shards - 1);
        sequence = json.number("sequence", sequence, version);
        String directory = json.text("directory", SnapshotReader.NAME);
        UUID uuid = uuidOf(json, directory, shard);
        if (!seen.add(uuid)) {
            throw json.wrong(json.name("directory"), directory, "a directory that no other segment has");
        }
        List<SegmentFile> files = readFiles(json);
        var segment = new Segment(
                shard,
                sequence,
                uuid,
                files,
                json.number("rows", 0, Long.MAX_VALUE - rows),
                json.text("engineVersion", SnapshotReader.NAME),
                readTombstones(json, files));
        json.refuseOthers();
        rows += segment.rows();
        return segment;
    }

    private static UUID uuidOf(JsonObject json, String directory, int shard) {
        String text = directory.substring(directory.lastIndexOf('/') + 1);
        if (SnapshotReader.UUID_TEXT.matcher(text).matches()) {
            UUID uuid = UUID.fromString(text);
            if (Segment.directory(shard, uuid).equals(directory)) {
                return uuid;
            }
        }
        throw json.wrong(
                json.name("directory"),
                '"' + directory + '"',
                "data/shard=<five digits of shard " + shard + ">/<uuid>");
    }

    /** Sums over a snapshot's segments do not overflow: each size is bounded by what the ones before it left. */
    private List<SegmentFile> readFiles(JsonObject segment) {
        var files = new ArrayList<SegmentFile>();
        var taken = new HashSet<String>();
        for (JsonObject json : segment.objects("files")) {
            SegmentFile file = readFile(json, Long.MAX_VALUE - bytes);
            if (!taken.add(file.name())) {
                throw json.wrong(json.name("name"), '"' + file.name() + '"', "a name that no other file of it has");
            }
            bytes += file.size();
            files.add(file);
            json.refuseOthers();
        }
        for (SegmentFile file : files) {
            for (int end = file.name().indexOf('/'); end >= 0; end = file.name().indexOf('/', end + 1)) {
                if (taken.contains(file.name().substring(0, end))) {
                    throw segment.wrong(
                            segment.name("files"), '"' + file.name() + '"', "no file below another file of it");
                }
            }
        }
        return files;
    }

    /** The fields that describe a file. */
    static SegmentFile readFile(JsonObject json, long maxSize) {
        String name = json.text("name", SnapshotReader.NAME);
        if (!FileNames.isSafe(name)) {
            throw json.wrong(json.name("name"), '"' + name + '"', "a relative path inside the segment's directory");
        }
        return new SegmentFile(
                name, json.number("size", 0, maxSize), HexFormat.fromHexDigits(json.text("crc32c", CRC)));
    }

    private static Tombstones readTombstones(JsonObject segment, List<SegmentFile> files) {
        boolean hasFile = files.stream().anyMatch(file -> file.name().equals(Tombstones.FILE));
        if (!segment.names().contains("tombstones")) {
            if (hasFile) {
                throw segment.wrong(
                        segment.name("tombstones"), "missing", "set, as there is a file " + Tombstones.FILE);
            }
            return Tombstones.NONE;
        }
        JsonObject json = segment.object("tombstones");
        long count = json.number("count", 1, RoaringFormat.MAX_IDS);
        boolean inline = !json.isNull("inline");
        if (inline == hasFile) {
            throw json.wrong(
                    json.name("inline"),
                    inline ? "set" : "null",
                    "the ids, or null and a file " + Tombstones.FILE + " among the segment's files");
        }
        var tombstones = inline ? new Tombstones(count, json.text("inline", BASE_64)) : Tombstones.inFile(count);
        json.refuseOthers();
        return tombstones;
    }
}

package io.pomaidb.index;

import io.pomaidb.error.ConfigurationException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The versions of an index: finding one, going back to one, naming one. */
final class History {
    private static final Pattern TAG = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}._-]{0,99}");
    private static final int MAX_TAGS = 1_000;

    private final PomaiIndex index;
    private final SnapshotFiles files;

    History(PomaiIndex index, SnapshotFiles files) {
        this.index = index;
        this.files = files;
    }

    List<SnapshotInfo> list() throws IOException {
        var infos = new ArrayList<SnapshotInfo>();
        Optional<Snapshot> latest = index.latest();
        if (latest.isPresent()) {
            for (long version : files.versions()) {
                if (latest.get().retains(version)) {
                    infos.add(SnapshotInfo.of(files.read(version), latest.get()));
                }
            }
        }
        return infos;
    }

    Snapshot read(long version) throws IOException {
        try {
            return files.read(version);
        } catch (FileNotFoundException e) {
            throw new ConfigurationException(
                    "Cannot read index " + index.path() + ": it has no version " + version + " (it has: "
                            + files.versions() + ")",
                    e);
        }
    }

    /** The version that readers saw at a time. */
    Snapshot read(Instant time) throws IOException {
        Snapshot latest = index.latestExisting();
        List<Long> versions = files.versions().stream().filter(latest::retains).toList();
        // Timestamps never descend, so the last one that is not later is found by halving.
        int low = 0;
        int high = versions.size();
        Snapshot found = null;
        while (low < high) {
            int middle = (low + high) >>> 1;
            Snapshot candidate = files.read(versions.get(middle));
            if (candidate.timestampMillis() <= time.toEpochMilli()) {
                found = candidate;
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (found == null) {
            Snapshot oldest = versions.isEmpty() ? latest : files.read(versions.get(0));
            throw new ConfigurationException("Cannot read index " + index.path() + " as of " + time
                    + ": its oldest version, " + oldest.version() + ", is of "
                    + Instant.ofEpochMilli(oldest.timestampMillis()) + " (give a later time, or a version)");
        }
        return found;
    }

    Snapshot read(String tag) throws IOException {
        Snapshot latest = index.latestExisting();
        Long version = latest.tags().get(tag);
        if (version == null) {
            throw new ConfigurationException("Cannot read index " + index.path() + ": it has no tag '" + tag
                    + "' (it has: " + new TreeMap<>(latest.tags()).keySet() + ")");
        }
        return read(version);
    }

    Snapshot rollback(long version) throws IOException {
        Snapshot earlier = read(version);
        return index.commit(current -> {
            Snapshot latest = existing(current);
            requireRetained("roll index " + index.path() + " back", latest, version);
            return latest.version() == version ? Optional.empty() : Optional.of(latest.rollback(earlier));
        });
    }

    Snapshot tag(String name, long version) throws IOException {
        if (!TAG.matcher(name).matches()) {
            throw new ConfigurationException("Cannot tag index " + index.path() + ": the name is '" + name
                    + "' (accepted: up to 100 letters, digits, '.', '_' and '-', beginning with a letter or digit)");
        }
        return index.commit(current -> {
            Snapshot latest = existing(current);
            requireRetained("tag index " + index.path(), latest, version);
            var tags = new TreeMap<>(latest.tags());
            Long tagged = tags.putIfAbsent(name, version);
            if (tagged == null && tags.size() > MAX_TAGS) {
                throw new ConfigurationException("Cannot tag index " + index.path() + ": it has " + MAX_TAGS
                        + " tags already (remove one first)");
            }
            if (tagged != null && tagged != version) {
                throw new ConfigurationException("Cannot tag index " + index.path() + ": tag '" + name
                        + "' names version " + tagged + " already (remove it first)");
            }
            return tagged == null ? Optional.of(latest.keep("tag", latest.oldestVersion(), tags)) : Optional.empty();
        });
    }

    Snapshot untag(String name) throws IOException {
        return index.commit(current -> {
            Snapshot latest = existing(current);
            var tags = new TreeMap<>(latest.tags());
            return tags.remove(name) == null
                    ? Optional.empty()
                    : Optional.of(latest.keep("untag", latest.oldestVersion(), tags));
        });
    }

    private Snapshot existing(Optional<Snapshot> current) {
        return current.orElseThrow(() -> new ConfigurationException(
                "Cannot change index " + index.path() + ": there is none (write one there first, or change path)"));
    }

    /** Asked of the snapshot that is committed on: vacuum says there what it is about to delete. */
    private static void requireRetained(String action, Snapshot latest, long version) {
        if (!latest.retains(version)) {
            throw new ConfigurationException("Cannot " + action + ": version " + version
                    + (version > latest.version() ? " does not exist yet" : " has expired")
                    + " (accepted: versions " + latest.oldestVersion() + " to " + latest.version()
                    + ", and those with a"
                    + " tag)");
        }
    }
}

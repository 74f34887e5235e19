package io.pomaidb.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.longlong.Roaring64Bitmap;

class IdFilterTest {
    private static final List<IdFilter> FILTERS = List.of(
            IdFilter.ALL,
            IdFilter.allow(),
            IdFilter.allow(1, 2, 3, -1),
            IdFilter.allow(3, 4, Long.MIN_VALUE),
            IdFilter.deny(2, 5),
            IdFilter.deny(3, -1));

    private static final long[] IDS = {0, 1, 2, 3, 4, 5, -1, Long.MIN_VALUE, Long.MAX_VALUE};

    @Test
    void allowsAndDenies() {
        assertThat(IdFilter.allow(1, -1).test(-1)).isTrue();
        assertThat(IdFilter.allow(1, -1).test(2)).isFalse();
        assertThat(IdFilter.deny(1, -1).test(-1)).isFalse();
        assertThat(IdFilter.deny(1, -1).test(2)).isTrue();
        assertThat(IdFilter.allow().isNone()).isTrue();
        assertThat(IdFilter.deny()).isSameAs(IdFilter.ALL);
        assertThat(IdFilter.ALL.test(7)).isTrue();
        assertThat(IdFilter.ALL.isAll()).isTrue();
    }

    @Test
    void bothOfTwoFiltersLetThrough() {
        for (IdFilter left : FILTERS) {
            for (IdFilter right : FILTERS) {
                IdFilter both = left.and(right);
                for (long id : IDS) {
                    assertThat(both.test(id))
                            .as("%s and %s of %d", left, right, id)
                            .isEqualTo(left.test(id) && right.test(id));
                }
            }
        }
    }

    @Test
    void joiningChangesNoBitmap() {
        var bitmap = Roaring64Bitmap.bitmapOf(1, 2);
        IdFilter.allow(bitmap).and(IdFilter.deny(1));
        IdFilter.deny(bitmap).and(IdFilter.deny(3));
        IdFilter.allow(bitmap).and(IdFilter.allow(2));
        assertThat(bitmap).isEqualTo(Roaring64Bitmap.bitmapOf(1, 2));
    }

    @Test
    void travelsSerialized() throws Exception {
        for (IdFilter filter : FILTERS) {
            var bytes = new ByteArrayOutputStream();
            try (var out = new ObjectOutputStream(bytes)) {
                out.writeObject(filter);
            }
            try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
                assertThat(in.readObject()).isEqualTo(filter);
            }
        }
    }

    @Test
    void saysHowManyIdsItNames() {
        assertThat(FILTERS.stream().map(IdFilter::toString))
                .startsWith("all ids", "only 0 ids", "only 4 ids", "only 3 ids", "all but 2 ids");
    }
}

package io.pomaidb.spark.search;

import io.pomaidb.error.DataException;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.search.QueryVectors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.types.DataTypes;
import scala.Function1;

/**
 * Checks queries on the driver and collects them into batches, each as large as one broadcast may be. Bad vectors,
 * missing ids and ids that repeat end it with a {@link DataException} that names the query.
 */
final class SearchBatches implements Iterator<SearchBatch> {
    private static final String ONLY_QUERY = "1";

    private final Queries queries;
    private final Iterator<PackedQuery> unread;
    private final IndexParameters parameters;
    private final long batchBytes;
    private final Function1<Object, Object> internal;
    private final Set<Object> seen = new HashSet<>();

    /**
     * The batches of all queries.
     *
     * @param batchBytes most bytes of vectors in a batch, which has one query at least
     */
    SearchBatches(Queries queries, IndexParameters parameters, long batchBytes) {
        this.queries = queries;
        this.unread = queries.read();
        this.parameters = parameters;
        this.batchBytes = batchBytes;
        this.internal = CatalystTypeConverters.createToCatalystConverter(
                queries.idType().orElse(DataTypes.NullType));
    }

    @Override
    public boolean hasNext() {
        return unread.hasNext();
    }

    @Override
    public SearchBatch next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all queries were read");
        }
        var ids = new ArrayList<>();
        var vectors = QueryVectors.builder(parameters, queries.vectorColumn());
        boolean full = false;
        while (!full && unread.hasNext()) {
            var query = unread.next();
            checkId(query.id());
            vectors.add(nameOf(query), query.hasVector() ? query : null);
            ids.add(internal.apply(query.id()));
            full = vectors.bytes() + vectors.bytes() / vectors.size() > batchBytes;
        }
        return new SearchBatch(ids.toArray(), vectors.build());
    }

    /** What errors call a query. */
    private String nameOf(PackedQuery query) {
        return queries.idType().isPresent() ? String.valueOf(query.id()) : ONLY_QUERY;
    }

    private void checkId(Object id) {
        if (queries.idType().isEmpty()) {
            return;
        }
        if (id == null) {
            throw new DataException("Cannot search for a query: its id in column " + queries.idColumn()
                    + " is null (accepted: an id of its own for each query)");
        }
        if (!seen.add(id instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : id)) {
            throw new DataException("Cannot search for query " + id + ": its id is in column " + queries.idColumn()
                    + " twice, and hits are told by it (accepted: an id of its own for each query)");
        }
    }
}

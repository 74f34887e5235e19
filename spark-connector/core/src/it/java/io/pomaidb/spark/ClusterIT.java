package io.pomaidb.spark;

import org.junit.jupiter.api.Nested;

/** The data source in a cluster of two executor JVMs. */
class ClusterIT {
    @Nested
    class Write extends WriteSpec {
        Write() {
            super(Master.CLUSTER);
        }
    }

    @Nested
    class FirstClusterWrite extends FirstClusterWriteSpec {
        FirstClusterWrite() {
            super(Master.CLUSTER);
        }
    }

    @Nested
    class ColumnTypes extends ColumnTypesSpec {
        ColumnTypes() {
            super(Master.CLUSTER);
        }
    }

    @Nested
    class Payload extends PayloadSpec {
        Payload() {
            super(Master.CLUSTER);
        }
    }

    @Nested
    class Search extends SearchSpec {
        Search() {
            super(Master.CLUSTER);
        }
    }

    @Nested
    class FilteredSearch extends FilteredSearchSpec {
        FilteredSearch() {
            super(Master.CLUSTER);
        }
    }

    @Nested
    class NearestSql extends NearestSqlSpec {
        NearestSql() {
            super(Master.CLUSTER);
        }
    }

    @Nested
    class SearchFunction extends SearchFunctionSpec {
        SearchFunction() {
            super(Master.CLUSTER);
        }
    }

    @Nested
    class Table extends TableSpec {
        Table() {
            super(Master.CLUSTER);
        }
    }

    @Nested
    class Stream extends StreamSpec {
        Stream() {
            super(Master.CLUSTER);
        }
    }

    @Nested
    class Action extends ActionSpec {
        Action() {
            super(Master.CLUSTER);
        }
    }

    @Nested
    class Failure extends FailureSpec {
        Failure() {
            super(Master.CLUSTER);
        }
    }
}

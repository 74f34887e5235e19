package io.pomaidb.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;

@AnalyzeClasses(packages = "io.pomaidb", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule NEITHER_SPARK_NOR_FLINK = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.spark..", "org.apache.flink..", "scala..");

    @ArchTest
    static final ArchRule JNA_ONLY_IN_THE_BINDING = noClasses()
            .that()
            .resideOutsideOfPackage("io.pomaidb.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.sun.jna..");

    @ArchTest
    static final ArchRule JSON_ONLY_IN_THE_INDEX_FORMAT = noClasses()
            .that()
            .resideOutsideOfPackage("io.pomaidb.index..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.fasterxml.jackson..");

    @ArchTest
    static final ArchRule PARQUET_ONLY_IN_THE_PAYLOAD = noClasses()
            .that()
            .resideOutsideOfPackage("io.pomaidb.payload..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.parquet..");

    /** Nothing that anybody else can write is read as Java objects. */
    @ArchTest
    static final ArchRule NO_JAVA_DESERIALIZATION = noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(java.io.ObjectInputStream.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(java.io.ObjectInput.class);

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.pomaidb.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule DEPENDENCIES_POINT_ONE_WAY = Architectures.layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("error")
            .definedBy("io.pomaidb.error..")
            .layer("engine")
            .definedBy("io.pomaidb.engine..")
            .layer("config")
            .definedBy("io.pomaidb.config..")
            .layer("vector")
            .definedBy("io.pomaidb.vector..")
            .layer("payload")
            .definedBy("io.pomaidb.payload..")
            .layer("index")
            .definedBy("io.pomaidb.index..")
            .layer("write")
            .definedBy("io.pomaidb.write..")
            .layer("search")
            .definedBy("io.pomaidb.search..")
            .layer("verify")
            .definedBy("io.pomaidb.verify..")
            .layer("compaction")
            .definedBy("io.pomaidb.compaction..")
            .whereLayer("verify")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("compaction")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("write")
            .mayOnlyBeAccessedByLayers("compaction")
            .whereLayer("search")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("index")
            .mayOnlyBeAccessedByLayers("write", "search", "verify", "compaction")
            .whereLayer("payload")
            .mayOnlyBeAccessedByLayers("index", "write", "search", "verify", "compaction")
            .whereLayer("vector")
            .mayOnlyBeAccessedByLayers("write", "search", "compaction")
            .whereLayer("config")
            .mayOnlyBeAccessedByLayers("vector", "index", "write", "search", "verify", "compaction")
            .whereLayer("engine")
            .mayOnlyBeAccessedByLayers("config", "index", "write", "search", "verify", "compaction");
}

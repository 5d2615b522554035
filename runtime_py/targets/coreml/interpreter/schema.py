"""The protobuf messages of a Core ML package, as data: field number -> name and kind.

Only what the reader uses is named. IGNORED fields carry documentation, PRESENT ones only tell which
kind of model the file holds. Every other field is refused by `wire.decode`.

Source: Model.proto, FeatureTypes.proto and MIL.proto of https://apple.github.io/coremltools/mlmodel
(checked against coremltools' own descriptors and parses in `tests/runtime_py/mil/test_schema.py`).
"""

from collections.abc import Mapping

from skinseg_mobile.runtime_py.targets.coreml.interpreter.wire import Field, Kind, Message

TENSOR_TYPE = Message("TensorType")
VALUE_TYPE = Message("ValueType")
VALUE = Message("Value")
TENSOR_VALUE = Message("TensorValue")
OPERATION = Message("Operation")
BLOCK = Message("Block")
FUNCTION = Message("Function")
PROGRAM = Message("Program")
FEATURE = Message("FeatureDescription")
DESCRIPTION = Message("ModelDescription")
MODEL = Message("Model")


def _ignored(name: str) -> Field:
    return Field(name, Kind.IGNORED)


def _message(name: str, message: Message, *, repeated: bool = False) -> Field:
    return Field(name, Kind.MESSAGE, message, repeated)


def _map(name: str, message: Message | None = None) -> Field:
    return Field(name, Kind.MAP, message)


def _list(name: str, kind: Kind) -> Message:
    """Return the layout of TensorValue's Repeated… messages: one repeated field."""
    return Message(name, {1: Field("values", kind, repeated=True)})


_DIMENSION = Message(
    "Dimension",
    {
        1: _message("constant", Message("ConstantDimension", {1: Field("size", Kind.UINT)})),
        2: _message("unknown", Message("UnknownDimension", {1: Field("variadic", Kind.INT)})),
    },
)
TENSOR_TYPE.fields = {
    1: Field("dataType", Kind.INT),
    2: Field("rank", Kind.INT),
    3: _message("dimensions", _DIMENSION, repeated=True),
    4: _map("attributes", VALUE),
}
VALUE_TYPE.fields = {
    1: _message("tensorType", TENSOR_TYPE),
    2: Field("listType", Kind.PRESENT),
    3: Field("tupleType", Kind.PRESENT),
    4: Field("dictionaryType", Kind.PRESENT),
    5: Field("stateType", Kind.PRESENT),
}
_NAMED_TYPE = Message(
    "NamedValueType", {1: Field("name", Kind.STRING), 2: _message("type", VALUE_TYPE)}
)

TENSOR_VALUE.fields = {
    1: _message("floats", _list("RepeatedFloats", Kind.FLOAT)),
    2: _message("ints", _list("RepeatedInts", Kind.INT)),
    3: _message("bools", _list("RepeatedBools", Kind.INT)),
    4: _message("strings", _list("RepeatedStrings", Kind.STRING)),
    5: _message("longInts", _list("RepeatedLongInts", Kind.INT)),
    6: _message("doubles", _list("RepeatedDoubles", Kind.DOUBLE)),
    7: _message("bytes", Message("RepeatedBytes", {1: Field("values", Kind.BYTES)})),
}
VALUE.fields = {
    1: _ignored("docString"),
    2: _message("type", VALUE_TYPE),
    3: _message(
        "immediateValue",
        Message(
            "ImmediateValue",
            {
                1: _message("tensor", TENSOR_VALUE),
                2: Field("tuple", Kind.PRESENT),
                3: Field("list", Kind.PRESENT),
                4: Field("dictionary", Kind.PRESENT),
            },
        ),
    ),
    5: _message(
        "blobFileValue",
        Message(
            "BlobFileValue", {1: Field("fileName", Kind.STRING), 2: Field("offset", Kind.UINT)}
        ),
    ),
}
_ARGUMENT = Message(
    "Argument",
    {
        1: _message(
            "arguments",
            Message("Binding", {1: Field("name", Kind.STRING), 2: _message("value", VALUE)}),
            repeated=True,
        )
    },
)
OPERATION.fields = {
    1: Field("type", Kind.STRING),
    2: _map("inputs", _ARGUMENT),
    3: _message("outputs", _NAMED_TYPE, repeated=True),
    4: Field("blocks", Kind.PRESENT, repeated=True),
    5: _map("attributes", VALUE),
}
BLOCK.fields = {
    1: _message("inputs", _NAMED_TYPE, repeated=True),
    2: Field("outputs", Kind.STRING, repeated=True),
    3: _message("operations", OPERATION, repeated=True),
    4: _ignored("attributes"),
}
FUNCTION.fields = {
    1: _message("inputs", _NAMED_TYPE, repeated=True),
    2: Field("opset", Kind.STRING),
    3: _map("block_specializations", BLOCK),
    4: _ignored("attributes"),
}
PROGRAM.fields = {
    1: Field("version", Kind.INT),
    2: _map("functions", FUNCTION),
    3: _ignored("docString"),
    4: _ignored("attributes"),
}

_SIZE_RANGE = Message(
    "SizeRange", {1: Field("lowerBound", Kind.UINT), 2: Field("upperBound", Kind.INT)}
)
_IMAGE_SIZE = Message("ImageSize", {1: Field("width", Kind.UINT), 2: Field("height", Kind.UINT)})
_IMAGE = Message(
    "ImageFeatureType",
    {
        1: Field("width", Kind.INT),
        2: Field("height", Kind.INT),
        3: Field("colorSpace", Kind.INT),
        21: _message(
            "enumeratedSizes",
            Message("EnumeratedImageSizes", {1: _message("sizes", _IMAGE_SIZE, repeated=True)}),
        ),
        31: _message(
            "imageSizeRange",
            Message(
                "ImageSizeRange",
                {1: _message("widthRange", _SIZE_RANGE), 2: _message("heightRange", _SIZE_RANGE)},
            ),
        ),
    },
)
_SHAPE = Message("Shape", {1: Field("shape", Kind.INT, repeated=True)})
_ARRAY = Message(
    "ArrayFeatureType",
    {
        1: Field("shape", Kind.INT, repeated=True),
        2: Field("dataType", Kind.INT),
        21: _message(
            "enumeratedShapes",
            Message("EnumeratedShapes", {1: _message("shapes", _SHAPE, repeated=True)}),
        ),
        31: _message(
            "shapeRange",
            Message("ShapeRange", {1: _message("sizeRanges", _SIZE_RANGE, repeated=True)}),
        ),
        41: Field("intDefaultValue", Kind.PRESENT),
        51: Field("floatDefaultValue", Kind.PRESENT),
        61: Field("doubleDefaultValue", Kind.PRESENT),
    },
)
FEATURE.fields = {
    1: Field("name", Kind.STRING),
    2: _ignored("shortDescription"),
    3: _message(
        "type",
        Message(
            "FeatureType",
            {
                1: Field("int64Type", Kind.PRESENT),
                2: Field("doubleType", Kind.PRESENT),
                3: Field("stringType", Kind.PRESENT),
                4: _message("imageType", _IMAGE),
                5: _message("multiArrayType", _ARRAY),
                6: Field("dictionaryType", Kind.PRESENT),
                7: Field("sequenceType", Kind.PRESENT),
                8: Field("stateType", Kind.PRESENT),
                1000: Field("isOptional", Kind.INT),
            },
        ),
    ),
}
DESCRIPTION.fields = {
    1: _message("input", FEATURE, repeated=True),
    10: _message("output", FEATURE, repeated=True),
    11: Field("predictedFeatureName", Kind.PRESENT),
    12: Field("predictedProbabilitiesName", Kind.PRESENT),
    13: Field("state", Kind.PRESENT, repeated=True),
    20: Field("functions", Kind.PRESENT, repeated=True),
    21: Field("defaultFunctionName", Kind.PRESENT),
    50: _ignored("trainingInput"),
    100: _message(
        "metadata",
        Message(
            "Metadata",
            {
                1: Field("shortDescription", Kind.STRING),
                2: Field("versionString", Kind.STRING),
                3: Field("author", Kind.STRING),
                4: Field("license", Kind.STRING),
                100: _map("userDefined"),
            },
        ),
    ),
}
OTHER_MODELS: Mapping[int, str] = {
    200: "pipelineClassifier",
    201: "pipelineRegressor",
    202: "pipeline",
    300: "glmRegressor",
    301: "supportVectorRegressor",
    302: "treeEnsembleRegressor",
    303: "neuralNetworkRegressor",
    304: "bayesianProbitRegressor",
    400: "glmClassifier",
    401: "supportVectorClassifier",
    402: "treeEnsembleClassifier",
    403: "neuralNetworkClassifier",
    404: "kNearestNeighborsClassifier",
    500: "neuralNetwork",
    501: "itemSimilarityRecommender",
    555: "customModel",
    556: "linkedModel",
    560: "classConfidenceThresholding",
    600: "oneHotEncoder",
    601: "imputer",
    602: "featureVectorizer",
    603: "dictVectorizer",
    604: "scaler",
    606: "categoricalMapping",
    607: "normalizer",
    609: "arrayFeatureExtractor",
    610: "nonMaximumSuppression",
    900: "identity",
    2000: "textClassifier",
    2001: "wordTagger",
    2002: "visionFeaturePrint",
    2003: "soundAnalysisPreprocessing",
    2004: "gazetteer",
    2005: "wordEmbedding",
    2006: "audioFeaturePrint",
    3000: "serializedModel",
}
"""Kinds of model that are refused by name."""
MODEL.fields = {
    1: Field("specificationVersion", Kind.INT),
    2: _message("description", DESCRIPTION),
    10: Field("isUpdatable", Kind.INT),
    502: _message("mlProgram", PROGRAM),
    **{number: Field(name, Kind.PRESENT) for number, name in OTHER_MODELS.items()},
}

"""Which parameters each operation has, from which opset on. `?` marks an optional one.

5 is CoreML5 (iOS 15), 6 iOS 16, 7 iOS 17, 8 iOS 18. A later line of the same operation replaces the
earlier one; an indented line goes on with the one above. What is not listed is refused by name.

Source: the MIL op docs, https://apple.github.io/coremltools/source/
(checked against coremltools' registry in `tests/runtime_py/mil/test_signatures.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

OPSETS: Mapping[str, int] = {"CoreML5": 5, "CoreML6": 6, "CoreML7": 7, "CoreML8": 8}

TUPLES = frozenset({"values", "ref_tensors", "begins", "ends", "end_masks"})
"""Parameters that take several tensors."""

REFUSED: Mapping[str, str] = {
    "classify": "classifiers",
    "cond": "control flow",
    "while_loop": "control flow",
    "conv_quantized": "experimental and never exported",
    **dict.fromkeys(("gru", "lstm", "rnn"), "recurrent nets"),
    **dict.fromkeys(
        ("list_gather", "list_length", "list_read", "list_scatter", "list_write", "make_list"),
        "lists",
    ),
    **dict.fromkeys(("read_state", "write_state", "coreml_update_state"), "states"),
    **dict.fromkeys(
        ("random_bernoulli", "random_categorical", "random_normal", "random_uniform"),
        "random numbers",
    ),
    "non_maximum_suppression": "detectors",
    **dict.fromkeys(("affine", "crop_resize", "resample"), "image warps"),
    "local_response_norm": "documentation and Core ML's own tests disagree",
    "custom_layer": "code outside the package",
}
"""Operations of MIL that are left out on purpose, and what for."""

_TABLE = """\
abs 5 x
acos 5 x
add 5 x y
argsort 5 x axis? ascending?
asin 5 x
atan 5 x
atanh 5 x
avg_pool 5 exclude_padding_from_average? x kernel_sizes strides? pad_type pad? ceil_mode?
band_part 5 x lower? upper?
batch_norm 5 x mean variance gamma? beta? epsilon?
batch_to_space 5 x block_shape crops
cast 5 x dtype
ceil 5 x
clamped_relu 5 x alpha beta
clip 5 x alpha beta
concat 5 values axis interleave?
constexpr_affine_dequantize 6 quantized_data zero_point scale axis
constexpr_blockwise_shift_scale 8 data scale offset?
constexpr_cast 6 source_val output_dtype
constexpr_cast 8 source_val output_dtype
constexpr_lut_to_dense 6 indices lut shape
constexpr_lut_to_dense 8 indices lut vector_axis?
constexpr_lut_to_sparse 8 indices_mask indices_nonzero_data lut vector_axis?
constexpr_sparse_blockwise_shift_scale 8 data_mask nonzero_data scale offset?
constexpr_sparse_to_dense 6 nonzero_data mask shape
constexpr_sparse_to_dense 8 nonzero_data mask
conv 5 x weight bias? strides? pad_type? pad? dilations? groups?
conv_transpose 5 x weight bias? pad? output_shape? pad_type? strides? dilations? groups?
cos 5 x
cosh 5 x
crop 5 x crop_height crop_width
cumsum 5 x axis? exclusive? reverse?
depth_to_space 5 x block_size
dequantize 7 input zero_point? scale axis?
einsum 5 values equation
elu 5 x alpha
equal 5 x y
erf 5 x
exp 5 x
exp2 5 x
expand_dims 5 x axes
fill 5 shape value?
fill_like 6 ref_tensor value?
flatten2d 5 x axis?
floor 5 x
floor_div 5 x y
gather 5 x indices axis?
gather 6 x indices axis? batch_dims?
gather 7 x indices axis? batch_dims? validate_indices?
gather_along_axis 5 x indices axis?
gather_along_axis 7 x indices axis? validate_indices?
gather_nd 5 x indices
gather_nd 6 x indices batch_dims?
gather_nd 7 x indices batch_dims? validate_indices?
gelu 5 x mode?
greater 5 x y
greater_equal 5 x y
identity 5 x
instance_norm 5 x gamma? beta? epsilon?
inverse 5 x epsilon?
l2_norm 5 x epsilon?
l2_pool 5 x kernel_sizes strides? pad_type pad? ceil_mode?
layer_norm 5 x axes? gamma? beta? epsilon?
leaky_relu 5 x alpha
less 5 x y
less_equal 5 x y
linear 5 x weight bias?
linear_activation 5 x alpha beta
log 5 x epsilon?
logical_and 5 x y
logical_not 5 x
logical_or 5 x y
logical_xor 5 x y
matmul 5 x y transpose_x? transpose_y?
max_pool 5 x kernel_sizes strides? pad_type pad? ceil_mode?
maximum 5 x y
minimum 5 x y
mod 5 x y
mul 5 x y
non_zero 5 x
not_equal 5 x y
one_hot 5 indices one_hot_vector_size axis? on_value? off_value?
pad 5 x pad mode? constant_val?
pixel_shuffle 5 x upscale_factor
pixel_unshuffle 6 x downscale_factor
pow 5 x y
prelu 5 x alpha
quantize 7 input zero_point? scale axis? output_dtype
range_1d 5 end start step
real_div 5 x y
reduce_argmax 5 x axis? keep_dims?
reduce_argmax 7 x axis? keep_dims? output_dtype?
reduce_argmin 5 x axis? keep_dims?
reduce_argmin 7 x axis? keep_dims? output_dtype?
reduce_l1_norm 5 x axes? keep_dims?
reduce_l2_norm 5 x axes? keep_dims?
reduce_log_sum 5 x axes? keep_dims?
reduce_log_sum_exp 5 x axes? keep_dims?
reduce_max 5 x axes? keep_dims?
reduce_mean 5 x axes? keep_dims?
reduce_min 5 x axes? keep_dims?
reduce_prod 5 x axes? keep_dims?
reduce_sum 5 x axes? keep_dims?
reduce_sum_square 5 x axes? keep_dims?
relu 5 x
relu6 5 x
reshape 5 x shape
reshape_like 6 x ref_tensors begins ends end_masks
resize 7 x shape resized_dims interpolation_mode? sampling_mode?
resize_bilinear 5 x target_size_height? target_size_width? sampling_mode?
resize_nearest_neighbor 5 x target_size_height target_size_width
reverse 5 x axes?
reverse_sequence 5 x lengths seq_axis? batch_axis?
round 5 x
rsqrt 5 x epsilon?
scaled_dot_product_attention 8 query key value attn_mask?
scaled_tanh 5 x alpha beta
scatter 5 data indices updates axis? mode?
scatter 7 data indices updates axis? mode? validate_indices?
scatter_along_axis 5 data indices updates axis? mode?
scatter_along_axis 7 data indices updates axis? mode? validate_indices?
scatter_nd 5 data indices updates mode?
scatter_nd 7 data indices updates mode? validate_indices?
select 5 cond a b
shape 5 x
sigmoid 5 x
sigmoid_hard 5 x alpha beta
sign 5 x
silu 5 x
sin 5 x
sinh 5 x
slice_by_index 5 x begin end stride? begin_mask? end_mask? squeeze_mask?
slice_by_size 5 x begin size
slice_update 8 x update begin end stride? begin_mask? end_mask? squeeze_mask?
sliding_windows 5 x axis size stride?
softmax 5 x axis?
softplus 5 x
softplus_parametric 5 x alpha beta
softsign 5 x
space_to_batch 5 x block_shape paddings
space_to_depth 5 x block_size
split 5 x num_splits? split_sizes? axis
sqrt 5 x
square 5 x
squeeze 5 x axes?
stack 5 values axis
sub 5 x y
tan 5 x
tanh 5 x
threshold 5 x alpha
thresholded_relu 5 x alpha
tile 5 x reps
topk 5 x k? axis? ascending?
topk 6 x k? axis? ascending? sort? return_indices?
topk 7 x k? axis? ascending? sort? return_indices? output_indices_dtype?
transpose 5 x perm
upsample_bilinear 5 x scale_factor_height? scale_factor_width? align_corners?
upsample_bilinear 6 x scale_factor_height? scale_factor_width? align_corners?
    half_pixel_centers?
upsample_nearest_neighbor 5 x scale_factor_height? scale_factor_width?
"""


@dataclass(frozen=True)
class Signature:
    """The parameters of one operation in one opset."""

    required: frozenset[str]
    optional: frozenset[str]
    since: int
    """First opset of this form."""

    @property
    def known(self) -> frozenset[str]:
        """All parameters."""
        return self.required | self.optional


@cache
def signatures(opset: int) -> Mapping[str, Signature]:
    """Return every supported operation of `opset` (5 to 8)."""
    found: dict[str, Signature] = {}
    for line in _TABLE.replace("\n ", " ").splitlines():
        kind, since, *parameters = line.split()
        if int(since) <= opset:
            optional = frozenset(p.removesuffix("?") for p in parameters if p.endswith("?"))
            required = frozenset(p for p in parameters if not p.endswith("?"))
            found[kind] = Signature(required, optional, int(since))
    return found

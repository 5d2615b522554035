;; Weighed sums of rows of bytes, 16 columns at a time.
;;
;; `pairs` entries of 12 bytes stand at `table`: the addresses of two rows, then the weight of the
;; first in the low half and of the second in the high half of a word; weights are below 2^15. The
;; sums, 32-bit, go to `out`; `length` is a multiple of 16.
(module
  (memory (export "memory") 1)
  (func (export "sum") (param $table i32) (param $pairs i32) (param $length i32) (param $out i32)
    (local $x i32) (local $pair i32) (local $end i32)
    (local $weights v128) (local $one v128) (local $other v128) (local $both v128)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (local.set $end (i32.add (local.get $table) (i32.mul (local.get $pairs) (i32.const 12))))
    (loop $columns
      (local.set $s0 (v128.const i32x4 0 0 0 0))
      (local.set $s1 (v128.const i32x4 0 0 0 0))
      (local.set $s2 (v128.const i32x4 0 0 0 0))
      (local.set $s3 (v128.const i32x4 0 0 0 0))
      (local.set $pair (local.get $table))
      (loop $rows
        (local.set $weights (v128.load32_splat offset=8 (local.get $pair)))
        (local.set $one
          (v128.load (i32.add (i32.load (local.get $pair)) (local.get $x))))
        (local.set $other
          (v128.load (i32.add (i32.load offset=4 (local.get $pair)) (local.get $x))))
        ;; a byte of one row, then that of the other: a dot product weighs and adds both
        (local.set $both
          (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23
            (local.get $one) (local.get $other)))
        (local.set $s0 (i32x4.add (local.get $s0) (i32x4.dot_i16x8_s
          (i16x8.extend_low_i8x16_u (local.get $both)) (local.get $weights))))
        (local.set $s1 (i32x4.add (local.get $s1) (i32x4.dot_i16x8_s
          (i16x8.extend_high_i8x16_u (local.get $both)) (local.get $weights))))
        (local.set $both
          (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31
            (local.get $one) (local.get $other)))
        (local.set $s2 (i32x4.add (local.get $s2) (i32x4.dot_i16x8_s
          (i16x8.extend_low_i8x16_u (local.get $both)) (local.get $weights))))
        (local.set $s3 (i32x4.add (local.get $s3) (i32x4.dot_i16x8_s
          (i16x8.extend_high_i8x16_u (local.get $both)) (local.get $weights))))
        (local.set $pair (i32.add (local.get $pair) (i32.const 12)))
        (br_if $rows (i32.lt_u (local.get $pair) (local.get $end))))
      (v128.store (local.get $out) (local.get $s0))
      (v128.store offset=16 (local.get $out) (local.get $s1))
      (v128.store offset=32 (local.get $out) (local.get $s2))
      (v128.store offset=48 (local.get $out) (local.get $s3))
      (local.set $out (i32.add (local.get $out) (i32.const 64)))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (br_if $columns (i32.lt_u (local.get $x) (local.get $length))))))

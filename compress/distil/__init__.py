"""A student learns from labels and from what teachers make of the same views.

config      what a distillation depends on
objective   net, teachers and adapters become the loss of a step: binary distillation, boundary,
            channel-wise features
teachers    checkpoints run live, or soft masks read from disk
truth       soft masks are written; labels, soft masks and unlabelled images in one tensor
run         a student and its teachers become a checkpoint
"""
